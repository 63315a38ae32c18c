/** Decides what to do after a failed insert: retry, create a partition, or find the event that caused it. */
import { isConnectionError } from '@millrace/shared/platform/postgres';

export type ErrorClass = 'transient' | 'missing_partition' | 'data' | 'unknown';

/** SQLSTATE classes and codes (PostgreSQL manual, appendix A); longer prefixes come first. */
const bySqlState: [prefix: string, ErrorClass][] = [
  ['08', 'transient'], // connection
  ['25006', 'transient'], // read-only: a standby during a failover
  ['40', 'transient'], // deadlock, serialization
  ['42', 'transient'], // schema does not match this code: a migration is running or missing
  ['53', 'transient'], // disk full, out of memory, too many connections
  ['55', 'transient'], // object in use, lock not available
  ['57', 'transient'], // shutdown, crash, timeout
  ['58', 'transient'], // i/o error
  ['23514', 'missing_partition'],
  ['22', 'data'],
  ['23', 'data'],
  ['54', 'data'], // too large, too deep
];

export function classifyError(error: unknown): ErrorClass {
  if (isConnectionError(error)) return 'transient';
  const { code } = error as { code?: unknown };
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return 'unknown';
  return bySqlState.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'unknown';
}

/** True if one of the events caused the error. A partition is still missing only if it cannot be created. */
export function isDataFault(error: unknown): boolean {
  const cause = classifyError(error);
  return cause === 'data' || cause === 'missing_partition';
}
