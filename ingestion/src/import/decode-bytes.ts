/** Bytes of a log → text in which different bytes stay different. */
import { isUtf8 } from 'node:buffer';

/** Well-formed sequences (Unicode 15, table 3-7) in a text of one character a byte, or else a single byte. */
const SEQUENCES =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/** Decodes UTF-8; a byte that belongs to no character becomes `%HH`, as it would stand in a URL. */
export function decodeBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes
    .toString('latin1')
    .replace(SEQUENCES, (part) =>
      part.length === 1 ? percentEncoded(part) : Buffer.from(part, 'latin1').toString('utf8'),
    );
}

/** Of a character that stands for one byte. */
function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
