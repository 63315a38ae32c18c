/** Reads all rows of a statement by COPY: neither a message nor a string of its own for each value, as a cursor has them. */
import { copyOut } from '@millrace/shared/platform/copy-out';
import { destroyConnection, type PoolClient } from '@millrace/shared/platform/postgres';
import type { Row } from './dataset.js';

const lineFeed = 0x0a;

/** https://www.postgresql.org/docs/current/sql-copy.html, "Text Format" */
const escaped: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function readCell(text: string): string | null {
  if (text === '\\N') return null;
  return text.replace(/\\(.)/g, (_, letter: string) => escaped[letter] ?? letter);
}

function parseLine(line: string): Row {
  const row: Row = line.split('\t');
  if (!line.includes('\\')) return row;
  for (let place = 0; place < row.length; place++) {
    if (row[place]!.includes('\\')) row[place] = readCell(row[place]!);
  }
  return row;
}

/** So short that V8 makes no large object of it: one that is in use when garbage is collected is kept until there is a lot of it. */
const pieceBytes = 32 * 1024;

/** Rows of whole lines in COPY's text format. */
function* parseLines(bytes: Buffer): Generator<Row[]> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start + pieceBytes);
    const end = found < 0 ? bytes.length - 1 : found;
    yield bytes.toString('utf8', start, end).split('\n').map(parseLine);
    start = end + 1;
  }
}

/**
 * Batches of rows as Postgres writes them. Meant for a connection that nobody else has: it is given up when the reader stops early,
 * since a COPY that nobody reads cannot be ended otherwise.
 */
export async function* copyRows(client: PoolClient, text: string, values: unknown[]): AsyncGenerator<Row[]> {
  const copied = copyOut(client, text, values, 'text');
  /** Of a line whose end has not come yet; a long one is put together once. */
  const begun: Buffer[] = [];
  let isOver = false;
  try {
    for await (const chunk of copied as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(lineFeed) + 1;
      const lines = end > 0 ? Buffer.concat([...begun.splice(0), chunk.subarray(0, end)]) : undefined;
      begun.push(Buffer.from(chunk.subarray(end)));
      if (lines) yield* parseLines(lines);
    }
    isOver = true;
  } catch (error) {
    // Postgres said so, and is ready again.
    isOver = true;
    throw error;
  } finally {
    if (!isOver) destroyConnection(client);
  }
}
