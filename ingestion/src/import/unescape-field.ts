/** The escapes that web servers write into a quoted log field → the text that the client sent. */
import { decodeBytes } from './decode-bytes.js';

const ESCAPES = /(?:\\x[0-9a-fA-F]{2})+|\\(["\\])/g;
const CONTROL = /\p{Cc}/gu;

/**
 * Undoes `\"`, `\\` and runs of `\xHH`. What is no printable UTF-8 among these becomes `%HH`, so that different bytes
 * stay different and no control character comes back to life.
 */
export function unescapeField(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(ESCAPES, (written, quoted: string | undefined) => quoted ?? hexText(written));
}

function hexText(escapes: string): string {
  return decodeBytes(Buffer.from(escapes.replaceAll('\\x', ''), 'hex')).replace(CONTROL, encodeURIComponent);
}
