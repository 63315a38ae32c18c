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

/** One scheme, or none, and one host; the same as in `referrer-host.ts`, which says it in SQL. */
const schemeOfHost = '(?:[A-Za-z][A-Za-z0-9+.-]*:)?//';
const schemeWithoutHost = '[A-Za-z][A-Za-z0-9+.-]*:(?!\\d{1,5}(?:[/?#]|$))';
const authority = new RegExp(`^(?:${schemeOfHost}|(?!${schemeWithoutHost}))([^/?#\\\\]*)`);
/** `http://http://shop.example` is a slip, not the host `http`. */
const schemeTwice = new RegExp(`^${schemeOfHost}[A-Za-z][A-Za-z0-9+.-]*://`);

const isAscii = (text: string) => /^\p{ASCII}*$/u.test(text);

/**
 * A referrer with its host in the form of {@link normalizeHost}, also where it names no scheme (`bücher.example/x`) or another one
 * than those of the web. What has no dot is a name of some other kind, and stays as it is.
 */
export function normalizeReferrer(referrer: string): string {
  if (isAscii(referrer) || webAddress.test(referrer)) return normalizeHost(referrer);
  const [before = '', host = ''] = authority.exec(referrer) ?? [];
  if (isAscii(host) || !host.includes('.')) return referrer;
  const url = parseUrl(`http://${host}`);
  return url ? before.slice(0, before.length - host.length) + url.host + referrer.slice(before.length) : referrer;
}

/** Letters beyond ASCII have become punycode by then. */
const hostName = /^(?:[\w.-]+|\[[\da-f:.]+\])$/;

/**
 * The host by which sites and referrers are compared, of an address with any scheme or of a host alone: as above, without port,
 * final dot and `www.`; undefined for what is none.
 */
export function comparableHost(given: string): string | undefined {
  const address = given.trim();
  if (schemeTwice.test(address)) return undefined;
  const url = parseUrl(webAddress.test(address) ? address : `http://${authority.exec(address)?.[1] ?? ''}`);
  const host = url?.hostname.replace(/\.$/, '');
  return host && hostName.test(host) ? host.replace(/^www\.(?=[^.]+\.)/, '') : undefined;
}
