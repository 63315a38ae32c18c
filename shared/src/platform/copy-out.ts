/** Reads a query's result with COPY, which avoids a message and a string per value, as queries and cursors have. */
import type { Readable } from 'node:stream';
import pg, { type ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { destroyConnection } from './postgres.js';

/** Bytes buffered for the reader, in addition to the socket's own buffer. */
const bufferBytes = 64 * 1024;

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (!Array.isArray(value)) return pg.escapeLiteral(String(value));
  return value.length === 0 ? `'{}'` : `array[${value.map(literal).join(', ')}]`;
}

/** COPY takes no parameters: each becomes a literal, for which Postgres infers the same type as for the parameter. */
const withLiterals = (text: string, values: unknown[]) =>
  text.replace(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));

/** How pg wraps a query when the pool has a query timeout. */
interface TimedQuery {
  /** Clears the timeout. */
  callback?: () => void;
  handleError(error: Error): void;
}

/**
 * Streams the result in one of COPY's formats. A caller that stops early must close the connection: it can run no other statement
 * until the last byte is read.
 */
export function copyOut(client: ClientBase, text: string, values: unknown[], format: 'text' | 'binary'): Readable {
  const copy = `copy (${withLiterals(text, values)}) to stdout (format ${format})`;
  const stream = client.query(copyTo(copy, { highWaterMark: bufferBytes }));
  const timed = stream as unknown as TimedQuery;
  // pg-copy-streams does not clear the timeout, which would then fire long after the end.
  stream.once('close', () => timed.callback?.());
  const { handleError } = timed;
  // After an error that is not the server's own, rows may still arrive that the stream can no longer read.
  timed.handleError = (error) => {
    if (!(error instanceof pg.DatabaseError)) destroyConnection(client);
    handleError.call(stream, error);
  };
  return stream;
}
