/** The request line of a log → method, target and host, the target percent-encoded in one form. */
import { normalizeHost } from './client-address.js';

export interface ParsedTarget {
  target: string;
  /** Of a target in absolute form, such as `http://host/path`; else null. */
  hostname: string | null;
}

export interface ParsedRequest extends ParsedTarget {
  method: string | null;
}

const REQUEST = /^([A-Za-z][A-Za-z_-]*) (.*?)(?: HTTP\/\d(?:\.\d)?)?$/s;
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/([^/?#]*)(.*)$/s;
const ESCAPED = /%([0-9a-fA-F]{2})/g;
const UNRESERVED = /[A-Za-z0-9._~-]/;
/** What a browser never sends as it is. */
const UNSAFE = /[^\x21-\x7e]+|["<>`]/g;

/** Reads `GET /path HTTP/1.1`; what is no request line has no method and an empty target. */
export function parseRequest(line: string): ParsedRequest {
  const match = REQUEST.exec(line);
  if (match === null) return { method: null, target: '', hostname: null };
  return { method: match[1]!, ...parseTarget(match[2]!) };
}

/** Takes the origin off a target in absolute form (RFC 9112, 3.2.2: the same as the path with that host). */
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
 * Percent-encoding in one form (RFC 3986, 6.2.2): unreserved characters stand for themselves, hexadecimal digits are
 * upper case, spaces, controls and all beyond ASCII are encoded. A `%` without two digits is left as it is.
 */
export function normalizeEncoding(target: string): string {
  return target
    .replace(ESCAPED, (written, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : written.toUpperCase();
    })
    .replace(UNSAFE, (text) => encodeURIComponent(text.toWellFormed()));
}
