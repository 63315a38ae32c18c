import { isIPv4, isIPv6 } from 'node:net';

const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_AND_PORT = /^(\d[\d.]*):\d{1,5}$/;
/** Eight groups and a port: some servers omit the brackets. */
const IPV6_AND_PORT = /^((?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}):\d{1,5}$/i;
/** As Node reports IPv4 clients of a dual-stack socket. */
const MAPPED_AS_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The IP address in `text` without brackets, port and zone, in canonical form: IPv6 according to RFC 5952, IPv4-mapped IPv6
 * (RFC 4291, 2.5.5.2) as IPv4. Null if the text is not an address.
 */
export function normalizeAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const embedded = MAPPED_AS_IPV4.exec(text)?.[1];
  if (embedded !== undefined && isIPv4(embedded)) return embedded;
  const bare = (BRACKETED.exec(text) ?? IPV4_AND_PORT.exec(text) ?? IPV6_AND_PORT.exec(text))?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return null;
  const address = new URL(`http://[${bare.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(address);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
