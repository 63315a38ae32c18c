/** Makes several reads reads of one moment: a read-only transaction that sees a single snapshot. */
import { setTimeout } from 'node:timers/promises';
import { cancelQuery } from '@millrace/shared/platform/cancel-query';
import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { createGate, type Gate } from './gate.js';

export interface SnapshotOptions {
  /** Limit for each statement, when the one of the pool is too generous. */
  statementTimeoutMs?: number;
  /** When it fires, the statement under way is cancelled in Postgres, no other one is sent, and the reads reject. */
  signal?: AbortSignal;
}

/**
 * How these reads differ from what the planner expects. Compiling costs more than it saves at this size. All that is read
 * lies along an index, and in memory. What came last is in no statistics yet: the planner takes 300,000 events for one, and
 * would sort them instead of hashing. A cursor is read to its end.
 */
export const snapshotOpening = `begin isolation level repeatable read read only;
set local jit = off; set local work_mem = '64MB'; set local random_page_cost = 1.1;
set local enable_seqscan = off; set local enable_sort = off; set local cursor_tuple_fraction = 1`;

/** So many connections are left to what reads without a snapshot. */
const spareConnections = 2;
const waiting = { maxWaiting: 1_000, maxWaitMs: 15_000 };

/** Queues in front of a pool, which gives up after a few seconds as if the database were unreachable. */
function createQueues(atOnce: (pool: Pool) => number): (pool: Pool) => Gate {
  const queues = new WeakMap<Pool, Gate>();
  return (pool) => {
    const queue = queues.get(pool) ?? createGate({ ...waiting, maxConcurrent: Math.max(1, atOnce(pool)) });
    queues.set(pool, queue);
    return queue;
  };
}

const queueOf = createQueues((pool) => pool.options.max - spareConnections);
/** Short statements wait for each other in the pool itself: it has few of them at a time. */
const shortQueueOf = createQueues((pool) => pool.options.max);

/** Runs a short statement, for which reads with a snapshot leave connections free. @throws ServiceError `too_many_queries`. */
export const runShortStatement = <T>(pool: Pool, work: () => Promise<T>, signal?: AbortSignal): Promise<T> =>
  shortQueueOf(pool)(work, signal);

/**
 * Runs `work` on one snapshot, as soon as a connection is free; the connection is returned afterwards, or closed when it broke. Its result
 * does not wait for the end of the transaction, but the next read in the queue does. @throws ServiceError `too_many_queries`.
 */
export function inSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  { statementTimeoutMs, signal }: SnapshotOptions = {},
): Promise<T> {
  // Several statements in one round trip cannot have parameters: hence the number in the text.
  const limit =
    statementTimeoutMs === undefined ? '' : `; set local statement_timeout = ${Math.ceil(statementTimeoutMs)}`;
  const cancellable = signal ? (client: PoolClient) => cancelOnAbort(pool, client, work, signal) : work;
  const begin = `/* reporting.inSnapshot */ ${snapshotOpening}${limit}`;
  return new Promise((resolve, reject) => {
    const read = () => inTransaction(pool, async (client) => resolve(await cancellable(client)), begin);
    queueOf(pool)(read, signal).catch(reject);
  });
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** Until `hasSettled`: a cancellation that comes between two statements meets neither of them. */
async function keepCancelling(pool: Pool, client: PoolClient, hasSettled: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; !hasSettled.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    await cancelQuery(pool, client);
    await setTimeout(pauseMs, undefined, { signal: hasSettled }).catch(() => {});
  }
}

const isStream = (query: unknown): boolean => typeof (query as { submit?: unknown }).submit === 'function';

/** The same connection, but it sends nothing more once the signal has fired. */
function refuseAfterAbort(client: PoolClient, signal: AbortSignal): PoolClient {
  const query = (...parameters: unknown[]): unknown => {
    // Of a stream nobody would await a promise.
    if (signal.aborted && isStream(parameters[0])) throw new ServiceError('query_timeout');
    if (signal.aborted) return Promise.reject(new ServiceError('query_timeout'));
    return Reflect.apply(client.query, client, parameters);
  };
  return Object.assign(Object.create(client) as PoolClient, { query });
}

/** Work that ends soon after the signal fires. The connection is not given back before the cancellation has come to an end: it must not meet the next one's query. */
export async function cancelOnAbort<T>(
  pool: Pool,
  client: PoolClient,
  work: (client: PoolClient) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  if (signal.aborted) throw new ServiceError('query_timeout');
  const settling = new AbortController();
  let cancelling: Promise<void> | undefined;
  const cancel = () => {
    cancelling = keepCancelling(pool, client, settling.signal);
  };
  signal.addEventListener('abort', cancel);
  try {
    return await work(refuseAfterAbort(client, signal));
  } finally {
    signal.removeEventListener('abort', cancel);
    settling.abort();
    await cancelling;
  }
}

/**
 * Which history of the database a snapshot is of, as SQL: one of one run of one server on one set of files. A backup comes back by a start
 * of the server, as another database, or into other files of the tables; with it, and with a crash, come back numbers of transactions,
 * counts of changes and erasures, which then stand for other data than before.
 */
export const databaseHistory = `jsonb_build_array(pg_is_in_recovery(), extract(epoch from pg_postmaster_start_time()), pg_relation_filenode('sites'),
    (select oid from pg_database where datname = current_database()),
    (select extract(epoch from stats_reset) from pg_stat_archiver))`;
