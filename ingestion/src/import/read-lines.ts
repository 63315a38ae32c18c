/** Splits chunks of bytes into numbered lines, one array per chunk, in constant memory. */
import { decodeBytes } from './decode-bytes.js';

export interface LogLine {
  /** Starts at 1. */
  number: number;
  /** Without line break, NUL bytes and byte order mark; only the beginning of an overlong line. */
  bytes: Buffer;
  /** `bytes` as text, with invalid UTF-8 as `%HH`. */
  text: string;
  overlong: boolean;
  /** False for a last line without a line break; a carriage return counts as one. */
  ended: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;
/** UTF-8, and UTF-16, which is plain ASCII once its NUL bytes are removed. */
const BYTE_ORDER_MARKS = ['efbbbf', 'fffe', 'feff'].map((hex) => Buffer.from(hex, 'hex'));
/** Far above the longest requests that web servers log (8 to 32 KB by default). */
const MAX_LINE_BYTES = 64 * 1024;
const PREVIEW_BYTES = 256;

/**
 * Lines end with LF or CR LF; the last line needs neither. Removes NUL bytes, which a log contains if it was truncated while the
 * server kept writing. If reading fails midway, the unfinished line is not yielded.
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
