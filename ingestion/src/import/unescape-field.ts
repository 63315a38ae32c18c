/** Turns the escapes that web servers write into a quoted log field back into the text the client sent. */

const ESCAPES = /(?:\\x[0-9a-fA-F]{2})+|\\(["\\])/g;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Undoes `\"`, `\\` and runs of `\xHH` that are printable UTF-8. Everything else stays as written, so that
 * binary garbage remains readable and no control character comes back to life.
 */
export function unescapeField(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(ESCAPES, (written, quoted: string | undefined) => quoted ?? printableText(written) ?? written);
}

function printableText(escapes: string): string | null {
  try {
    const text = utf8.decode(Buffer.from(escapes.replaceAll('\\x', ''), 'hex'));
    return /\p{Cc}/u.test(text) ? null : text;
  } catch {
    return null;
  }
}
