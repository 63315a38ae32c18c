import { inflateSync } from 'node:zlib';

const headerLength = { woff: 44, sfnt: 12 };
const entryLength = { woff: 20, sfnt: 16 };

/**
 * The font inside a WOFF file (https://www.w3.org/TR/WOFF/). Other files are returned unchanged. fontkit can read WOFF, but unpacks a whole
 * table for every glyph that it copies into a PDF.
 */
export function unpackWoff(file: Buffer): Buffer {
  if (file.toString('latin1', 0, 4) !== 'wOFF') return file;
  const count = file.readUInt16BE(12);
  const head = Buffer.alloc(headerLength.sfnt + count * entryLength.sfnt);
  file.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const parts: Uint8Array[] = [head];
  let end = head.length;
  for (let place = 0; place < count; place += 1) {
    const from = headerLength.woff + place * entryLength.woff;
    const to = headerLength.sfnt + place * entryLength.sfnt;
    const table = unpackTable(file, from);
    file.copy(head, to, from, from + 4);
    file.copy(head, to + 4, from + 16, from + 20);
    head.writeUInt32BE(end, to + 8);
    head.writeUInt32BE(table.length, to + 12);
    // Tables are aligned to four bytes.
    parts.push(table, Buffer.alloc(-table.length & 3));
    end += table.length + (-table.length & 3);
  }
  return Buffer.concat(parts);
}

function unpackTable(file: Buffer, entry: number): Buffer {
  const [offset, packed, length] = [4, 8, 12].map((field) => file.readUInt32BE(entry + field)) as [
    number,
    number,
    number,
  ];
  const bytes = file.subarray(offset, offset + packed);
  return packed < length ? inflateSync(bytes, { maxOutputLength: length }) : bytes;
}
