/** Addresses and names of clients and hosts, each in one form, so that one client is one visitor. */
import { isIPv4, isIPv6 } from 'node:net';

const BRACKETED = /^\[([^\]]*)\](?::\d{1,5})?$/;
const IPV4_AND_PORT = /^(\d[\d.]*):\d{1,5}$/;
/** Nine groups: eight of the address and the port, as some servers write it without brackets. */
const IPV6_AND_PORT = /^((?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}):\d{1,5}$/i;
const MAPPED = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * The address in `text` without brackets, port and zone: IPv4 as it is, IPv6 as RFC 5952 writes it, IPv4-mapped IPv6
 * (RFC 4291, 2.5.5.2) as IPv4. Null when the text is no address.
 */
export function normalizeAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const bare = (BRACKETED.exec(text) ?? IPV4_AND_PORT.exec(text) ?? IPV6_AND_PORT.exec(text))?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return null;
  const address = new URL(`http://[${bare.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const mapped = MAPPED.exec(address);
  if (mapped === null) return address;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The client of a field that holds an address, a list as in `X-Forwarded-For`, or a name; null for `-` and nothing. */
export function normalizeClient(field: string): string | null {
  const entries = field.split(',').map((entry) => entry.trim());
  for (const entry of entries) {
    const address = normalizeAddress(entry);
    if (address !== null) return address;
  }
  return normalizeHost(entries[0]!);
}

/** A host's name in lower case, without port and final dot; null for `-` and nothing. */
export function normalizeHost(text: string): string | null {
  const address = normalizeAddress(text);
  if (address !== null) return address;
  const name = text
    .replace(/:\d{0,5}$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return name === '' || name === '-' ? null : name;
}
