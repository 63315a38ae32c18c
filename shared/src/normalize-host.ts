/** Hosts within addresses that clients send, in the one form that SQL can compare: ASCII, without credentials. */

/** What needs no second look: an ordinary web address, or no address at all. Anchored, so that it looks at the host only. */
const ordinary = /^(?:[Hh][Tt][Tt][Pp][Ss]?:)?\/\/[A-Za-z0-9.-]*[A-Za-z]\.?(?::\d+)?(?:[/?#]|$)/;
const webScheme = /^\s*https?:/i;
const webAddress = /^\s*(?:https?:|\/\/)/i;

/**
 * An address as a browser understands it (WHATWG URL): the host in punycode and lower case, IPv4 and IPv6 in one form, no
 * credentials. What is no web address, or an ordinary one, stays as it is.
 */
export function normalizeHost(address: string): string {
  if (ordinary.test(address) || !webAddress.test(address)) return address;
  const url = parseUrl(address);
  if (!url || url.host === '') return address;
  const rest = /^\s*(?:https?:)?[/\\]*[^/\\?#]*([\s\S]*)$/i.exec(address)?.[1]?.trimEnd() ?? '';
  const scheme = /^\s*(?:\/\/)/.test(address) ? '' : url.protocol;
  return `${scheme}//${url.host}${rest}`;
}

function parseUrl(address: string): URL | undefined {
  try {
    // With a base, `http:/host` would be a path below the base's host.
    return webScheme.test(address) ? new URL(address) : new URL(address, 'http://localhost');
  } catch {
    return undefined;
  }
}

/**
 * The host by which sites and referrers are compared, of a web address or of a host alone: as above, without port, final dot
 * and `www.`; undefined for what is none.
 */
export function comparableHost(given: string): string | undefined {
  const url = parseUrl(webAddress.test(given) ? given : `//${given}`);
  const host = url?.hostname.replace(/\.$/, '');
  return host ? host.replace(/^www\.(?=[^.]+\.)/, '') : undefined;
}
