/** The lines that somebody copies to send the first event of a site. */

const isLocal = (host: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** Where events are sent to: what reporting was told, as this browser reaches it, else the default port of the same machine. */
export function ingestionAddress(configured: string | null, page: { protocol: string; hostname: string }): string {
  if (configured === null) return `${page.protocol}//${page.hostname}:3000`;
  const url = new URL(configured);
  // The machine's own name for itself leads nowhere from another one.
  if (isLocal(url.hostname) && !isLocal(page.hostname)) url.hostname = page.hostname;
  return url.href.replace(/\/+$/, '');
}

/** As the value of an attribute of HTML. */
export const attribute = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** For pages; those on one's own computer count only where they are to be tried. */
export function snippetOf(ingestion: string, siteId: string): string {
  const trial = isLocal(new URL(ingestion).hostname) ? ' data-localhost' : '';
  return `<script defer src="${attribute(ingestion)}/m.js" data-site="${attribute(siteId)}"${trial}></script>`;
}

export function curlOf(ingestion: string, siteId: string): string {
  const event = JSON.stringify({ site_id: siteId, event_type: 'view', path: '/', user_id: 'me' });
  return `curl -X POST ${ingestion}/event -H 'content-type: application/json' -d ${shell(event)}`;
}
