import { isUtf8 } from 'node:buffer';

/** Well-formed UTF-8 sequences (Unicode 15, table 3-7) in latin1 text, or else a single byte. */
const SEQUENCES =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|[\x80-\xff]/g;

/** Decodes UTF-8. Invalid bytes become `%HH`, as in a URL, so that different bytes stay different. */
export function decodeBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  return bytes
    .toString('latin1')
    .replace(SEQUENCES, (part) =>
      part.length === 1 ? percentEncoded(part) : Buffer.from(part, 'latin1').toString('utf8'),
    );
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
