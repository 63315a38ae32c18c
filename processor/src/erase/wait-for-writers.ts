/** Waits for transactions that are writing to table sites, without blocking new ones. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from '@millrace/shared/platform/postgres';

const pauseMs = 20;

interface Writer {
  /** Identifies the transaction; pids are reused. */
  id: string;
  pid: number;
  blockers: number[];
  self: number;
}

const writersOfSites = `/* processor.writersOfSites */
select virtualtransaction as id, pid, pg_blocking_pids(pid) as blockers, pg_backend_pid() as self from pg_locks
where locktype = 'relation' and relation = 'sites'::regclass and mode = 'RowExclusiveLock' and granted
  and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()`;

/** Pids that wait for this transaction, directly or through others. */
function waitingForUs(writers: Writer[]): Set<number> {
  const waiting = new Set(writers.slice(0, 1).map(({ self }) => self));
  for (let before = 0; before !== waiting.size; ) {
    before = waiting.size;
    for (const { pid, blockers } of writers) if (blockers.some((blocker) => waiting.has(blocker))) waiting.add(pid);
  }
  return waiting;
}

/**
 * True once every transaction that was writing to sites at the time of the call has ended or waits for this one; false if one of
 * them takes longer than `patienceMs`.
 */
export async function waitForWriters(client: PoolClient, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  let awaited: Set<string> | undefined;
  for (;;) {
    const { rows } = await client.query<Writer>(writersOfSites);
    const waiting = waitingForUs(rows);
    const others = rows.filter(({ id, pid }) => !waiting.has(pid) && (awaited?.has(id) ?? true)).map(({ id }) => id);
    if (others.length === 0) return true;
    if (performance.now() > deadline) return false;
    awaited = new Set(others);
    await pause(pauseMs);
  }
}
