/** The lines to copy for sending the first event of a site. */

const isLocal = (host: string) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** Where events are sent: the configured address, as this browser can reach it, else the default port on the same host. */
export function ingestionAddress(configured: string | null, page: { protocol: string; hostname: string }): string {
  if (configured === null) return `${page.protocol}//${page.hostname}:3000`;
  const url = new URL(configured);
  // A loopback address is of no use on another machine.
  if (isLocal(url.hostname) && !isLocal(page.hostname)) url.hostname = page.hostname;
  return url.href.replace(/\/+$/, '');
}

/** Escapes the value of an HTML attribute. */
export const attribute = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** For web pages. Pages on localhost count only if Millrace itself runs there, that is, during a trial. */
export function snippetOf(ingestion: string, siteId: string): string {
  const trial = isLocal(new URL(ingestion).hostname) ? ' data-localhost' : '';
  return `<script defer src="${attribute(ingestion)}/m.js" data-site="${attribute(siteId)}"${trial}></script>`;
}

export function curlOf(ingestion: string, siteId: string): string {
  const event = JSON.stringify({ site_id: siteId, event_type: 'view', path: '/', user_id: 'me' });
  return `curl -X POST ${ingestion}/event -H 'content-type: application/json' -d ${shell(event)}`;
}
