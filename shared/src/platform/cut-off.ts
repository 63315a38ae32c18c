/** Ends a connection to Postgres that cannot be used any more. */
import type { ClientBase } from 'pg';

/** Closes the connection at once; whatever waits for an answer on it fails, with `error` when there is one. */
export const cutOff = (client: ClientBase, error?: Error): void =>
  (client as unknown as { connection: { stream: { destroy(error?: Error): void } } }).connection.stream.destroy(error);
