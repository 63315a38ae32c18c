/** Turns chunks of bytes into numbered lines, one array of lines per chunk, in flat memory. */

export interface LogLine {
  /** Counted from 1, as editors do. */
  number: number;
  /** Without line end; of an overlong line only the beginning. Bytes that are no UTF-8 become U+FFFD. */
  text: string;
  overlong: boolean;
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = /^\uFEFF/;
/** Far above what a web server writes for its longest request (8 to 32 KB by default). */
const MAX_LINE_BYTES = 64 * 1024;
const PREVIEW_BYTES = 256;

/** Ends lines at LF or CR LF; the last line needs no end. When the chunks fail midway the unfinished line is not given out. */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogLine[]> {
  let number = 0;
  let pieces: Buffer[] = [];
  let pendingBytes = 0;

  function keep(piece: Buffer): void {
    if (pendingBytes <= MAX_LINE_BYTES && piece.length > 0) pieces.push(piece.subarray(0, MAX_LINE_BYTES + 1));
    pendingBytes += piece.length;
  }
  function finish(end: Buffer): LogLine {
    number += 1;
    if (pendingBytes === 0) return toLine(number, end);
    keep(end);
    const line = toLine(number, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));
    pieces = [];
    pendingBytes = 0;
    return line;
  }

  for await (const chunk of chunks) {
    const lines: LogLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    keep(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (pendingBytes > 0) yield [finish(Buffer.alloc(0))];
}

function toLine(number: number, bytes: Buffer): LogLine {
  const overlong = bytes.length > MAX_LINE_BYTES;
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.toString('utf8', 0, overlong ? PREVIEW_BYTES : end);
  return { number, text: number === 1 ? text.replace(BYTE_ORDER_MARK, '') : text, overlong };
}
