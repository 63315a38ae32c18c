/** Chunks of bytes → numbered lines, one array of lines per chunk, in flat memory. */
import { decodeBytes } from './decode-bytes.js';

export interface LogLine {
  /** Counted from 1, as editors do. */
  number: number;
  /** Without line end, NUL bytes and byte order mark; of an overlong line only the beginning. */
  bytes: Buffer;
  /** Of `bytes`; those that are no UTF-8 stand as `%HH`. */
  text: string;
  overlong: boolean;
  /** False for a last line without line end, of which a carriage return is the first half. */
  ended: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;
/** Of UTF-8, and of UTF-16, which is plain text once its NUL bytes are skipped. */
const BYTE_ORDER_MARKS = ['efbbbf', 'fffe', 'feff'].map((hex) => Buffer.from(hex, 'hex'));
/** Far above what a web server writes for its longest request (8 to 32 KB by default). */
const MAX_LINE_BYTES = 64 * 1024;
const PREVIEW_BYTES = 256;

/**
 * Ends lines at LF or CR LF; the last line needs no end. NUL bytes, which a log holds after it was truncated while its
 * server wrote on, are skipped. When the chunks fail midway the unfinished line is not given out.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogLine[]> {
  let number = 0;
  let pieces: Buffer[] = [];
  let pendingBytes = 0;

  function keep(piece: Buffer): void {
    if (pendingBytes <= MAX_LINE_BYTES && piece.length > 0) pieces.push(piece.subarray(0, MAX_LINE_BYTES + 1));
    pendingBytes += piece.length;
  }
  function finish(end: Buffer, ended: boolean): LogLine {
    number += 1;
    if (pendingBytes === 0) return toLine(number, end, ended);
    keep(end);
    const line = toLine(number, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), ended);
    pieces = [];
    pendingBytes = 0;
    return line;
  }

  for await (const read of chunks) {
    const chunk = read.includes(NUL) ? withoutNul(read) : read;
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(finish(chunk.subarray(start, end), true));
      start = end + 1;
    }
    keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (pendingBytes > 0) yield [finish(Buffer.alloc(0), false)];
}

function toLine(number: number, whole: Buffer, ended: boolean): LogLine {
  const overlong = whole.length > MAX_LINE_BYTES;
  const start = number === 1 ? markLength(whole) : 0;
  const hasReturn = whole.at(-1) === CARRIAGE_RETURN;
  const end = hasReturn ? whole.length - 1 : whole.length;
  const bytes = whole.subarray(start, overlong ? PREVIEW_BYTES : end);
  return { number, bytes, text: decodeBytes(bytes), overlong, ended: ended || hasReturn };
}

function markLength(bytes: Buffer): number {
  return BYTE_ORDER_MARKS.find((mark) => mark.equals(bytes.subarray(0, mark.length)))?.length ?? 0;
}

function withoutNul(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => byte !== NUL));
}
