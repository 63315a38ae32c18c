import { decodeBytes } from './decode-bytes.js';

const ESCAPES = /(?:\\x[0-9a-fA-F]{2})+|\\(["\\])/g;
const CONTROL = /\p{Cc}/gu;

/**
 * Reverses the escapes that web servers write in quoted fields: `\"`, `\\` and runs of `\xHH`. Bytes that are not printable UTF-8
 * become `%HH`, so that different bytes stay different and no control characters appear.
 */
export function unescapeField(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(ESCAPES, (written, quoted: string | undefined) => quoted ?? hexText(written));
}

function hexText(escapes: string): string {
  return decodeBytes(Buffer.from(escapes.replaceAll('\\x', ''), 'hex')).replace(CONTROL, encodeURIComponent);
}
