/** Reads all rows of a statement with COPY, which needs no message and no string per value, unlike a cursor. */
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

/** Small enough not to become a V8 large object: those in use during a collection would be kept for long. */
const pieceBytes = 32 * 1024;

/** Parses complete lines in COPY's text format. */
function* parseLines(bytes: Buffer): Generator<Row[]> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(lineFeed, start + pieceBytes);
    const end = found < 0 ? bytes.length - 1 : found;
    yield bytes.toString('utf8', start, end).split('\n').map(parseLine);
    start = end + 1;
  }
}

/**
 * Batches of rows with values as Postgres writes them. Use a dedicated connection: it is closed if the reader stops early, because there
 * is no other way to end a COPY.
 */
export async function* copyRows(client: PoolClient, text: string, values: unknown[]): AsyncGenerator<Row[]> {
  const copied = copyOut(client, text, values, 'text');
  /** The parts of an incomplete line. They are joined only once, however long it is. */
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
    // An error reported by Postgres: the connection is still usable.
    isOver = true;
    throw error;
  } finally {
    if (!isOver) destroyConnection(client);
  }
}
