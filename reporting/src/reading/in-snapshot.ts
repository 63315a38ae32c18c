/** Runs several reads on one snapshot, in a read-only transaction. */
import { setTimeout } from 'node:timers/promises';
import { ServiceError } from '@millrace/shared/platform/errors';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { cancelQuery } from './cancel-query.js';
import { createGate, type Gate } from './gate.js';

export interface SnapshotOptions {
  /** Limit for each statement, where the pool's own limit is too long. */
  statementTimeoutMs?: number;
  /** When it fires, the running statement is cancelled in Postgres, no further one is sent, and the read rejects. */
  signal?: AbortSignal;
}

/**
 * Planner settings for these reads. JIT compilation costs more than it saves at this size. Everything read is reached through
 * an index and is in memory. The newest events are in no statistics yet: the planner expects one row where there are 300,000,
 * and would sort them instead of hashing. Cursors are read to the end.
 */
export const snapshotOpening = `begin isolation level repeatable read read only;
set local jit = off; set local work_mem = '64MB'; set local random_page_cost = 1.1;
set local enable_seqscan = off; set local enable_sort = off; set local cursor_tuple_fraction = 1`;

/** Connections kept free for statements that need no snapshot. */
const spareConnections = 2;
const waiting = { maxWaiting: 1_000, maxWaitMs: 15_000 };

/** Queues in front of each pool: the pool itself gives up after a few seconds, as if the database were unreachable. */
function createQueuePerPool(maxConcurrent: (pool: Pool) => number): (pool: Pool) => Gate {
  const queues = new WeakMap<Pool, Gate>();
  return (pool) => {
    const queue = queues.get(pool) ?? createGate({ ...waiting, maxConcurrent: Math.max(1, maxConcurrent(pool)) });
    queues.set(pool, queue);
    return queue;
  };
}

const queueOf = createQueuePerPool((pool) => pool.options.max - spareConnections);
/** Short statements rarely wait here: the pool's own queue is enough for the few that run at a time. */
const shortQueueOf = createQueuePerPool((pool) => pool.options.max);

/** Runs a short statement on one of the connections that snapshot reads keep free. @throws ServiceError `too_many_queries`. */
export const runShortStatement = <T>(pool: Pool, work: () => Promise<T>, signal?: AbortSignal): Promise<T> =>
  shortQueueOf(pool)(work, signal);

/**
 * Runs `work` on one snapshot as soon as a connection is free; the connection is returned afterwards, or closed if it broke. The
 * result does not wait for the transaction to end, but the next read in the queue does. @throws ServiceError `too_many_queries`.
 */
export function inSnapshot<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  { statementTimeoutMs, signal }: SnapshotOptions = {},
): Promise<T> {
  // Several statements sent in one round trip cannot have parameters, so the number is part of the text.
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

/** Repeats the cancellation until `hasSettled` fires: one that arrives between two statements cancels neither. */
async function keepCancelling(pool: Pool, client: PoolClient, hasSettled: AbortSignal): Promise<void> {
  for (let pauseMs = firstPauseMs; !hasSettled.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    await cancelQuery(pool, client);
    await setTimeout(pauseMs, undefined, { signal: hasSettled }).catch(() => {});
  }
}

const isStream = (query: unknown): boolean => typeof (query as { submit?: unknown }).submit === 'function';

/** The same connection, which refuses further statements once the signal has fired. */
function refuseAfterAbort(client: PoolClient, signal: AbortSignal): PoolClient {
  const query = (...parameters: unknown[]): unknown => {
    // A stream's caller does not await a promise, so the refusal is thrown.
    if (signal.aborted && isStream(parameters[0])) throw new ServiceError('query_timeout');
    if (signal.aborted) return Promise.reject(new ServiceError('query_timeout'));
    return Reflect.apply(client.query, client, parameters);
  };
  return Object.assign(Object.create(client) as PoolClient, { query });
}

/**
 * Runs work that ends soon after the signal fires. The connection is returned only after the cancellation has finished: a late
 * one would cancel the next caller's query.
 */
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
 * SQL that identifies the history a snapshot belongs to: one run of one server on one set of files. Restoring a backup restarts
 * the server, creates another database or replaces the table files. After a restore or a crash, transaction ids, change counters
 * and erasure counters are reused for different data, so they are only comparable within one history.
 */
export const databaseHistory = `jsonb_build_array(pg_is_in_recovery(), extract(epoch from pg_postmaster_start_time()), pg_relation_filenode('sites'),
    (select oid from pg_database where datname = current_database()),
    (select extract(epoch from stats_reset) from pg_stat_archiver))`;
