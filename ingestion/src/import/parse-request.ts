/** Parses the request line of a log and normalizes percent-encoding. */
import { normalizeHost } from './client-address.js';

export interface ParsedTarget {
  target: string;
  /** From a target in absolute form, such as `http://host/path`, else null. */
  hostname: string | null;
}

export interface ParsedRequest extends ParsedTarget {
  method: string | null;
}

const REQUEST = /^([A-Za-z][A-Za-z_-]*) (.*?)(?: HTTP\/\d(?:\.\d)?)?$/s;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)(.*)$/s;
const ESCAPED = /%([0-9a-fA-F]{2})/g;
const UNRESERVED = /[A-Za-z0-9._~-]/;
/** Characters that browsers always encode. */
const UNSAFE = /[^\x21-\x7e]+|["<>`]/g;

/** Parses `GET /path HTTP/1.1`; an invalid request line has no method and an empty target. */
export function parseRequest(line: string): ParsedRequest {
  const match = REQUEST.exec(line);
  if (match === null) return { method: null, target: '', hostname: null };
  return { method: match[1]!, ...parseTarget(match[2]!) };
}

/** Splits a target in absolute form (RFC 9112, 3.2.2) into host and path. */
export function parseTarget(target: string): ParsedTarget {
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null) return { target: normalizeEncoding(target), hostname: null };
  const [, authority, rest] = absolute;
  return {
    target: normalizeEncoding(rest!.startsWith('/') ? rest! : `/${rest}`),
    hostname: normalizeHost(authority!.replace(/^.*@/, '')),
  };
}

/**
 * Normalizes percent-encoding (RFC 3986, 6.2.2): unreserved characters are decoded, hexadecimal digits are upper case, and spaces,
 * control and non-ASCII characters are encoded. A `%` without two digits is left as it is.
 */
export function normalizeEncoding(target: string): string {
  return target
    .replace(ESCAPED, (written, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : written.toUpperCase();
    })
    .replace(UNSAFE, (text) => encodeURIComponent(text.toWellFormed()));
}
