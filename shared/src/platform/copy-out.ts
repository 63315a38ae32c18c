/** Reads what a statement finds by COPY: neither a message nor a string of its own for each value, as a query or a cursor has them. */
import type { Readable } from 'node:stream';
import pg, { type ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { cutOff } from './cut-off.js';

/** Bytes that wait for their reader at most, besides those of the socket. */
const waitingBytes = 64 * 1024;

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return pg.escapeLiteral(value.toISOString());
  if (!Array.isArray(value)) return pg.escapeLiteral(String(value));
  return value.length === 0 ? `'{}'` : `array[${value.map(literal).join(', ')}]`;
}

/** COPY takes no parameters: each becomes a literal, which Postgres gives the type that the parameter would have. */
const withLiterals = (text: string, values: unknown[]) =>
  text.replace(/\$(\d+)/g, (_, place: string) => literal(values[Number(place) - 1]));

/** What pg makes of a query that the pool has a time limit for. */
interface Limited {
  /** To be called once it is over. */
  callback?: () => void;
  handleError(error: Error): void;
}

/**
 * Bytes of a format of COPY, as they come. Whoever stops early has to close the connection: no other statement gets an answer before the
 * last byte is read.
 */
export function copyOut(client: ClientBase, text: string, values: unknown[], format: 'text' | 'binary'): Readable {
  const copy = `copy (${withLiterals(text, values)}) to stdout (format ${format})`;
  const copied = client.query(copyTo(copy, { highWaterMark: waitingBytes }));
  const limited = copied as unknown as Limited;
  // pg-copy-streams does not: the limit would be taken for exceeded, long after the end.
  copied.once('close', () => limited.callback?.());
  const { handleError } = limited;
  // After an error that is not the server's own, rows may still come, and the stream cannot read them any more.
  limited.handleError = (error) => {
    if (!(error instanceof pg.DatabaseError)) cutOff(client);
    handleError.call(copied, error);
  };
  return copied;
}
