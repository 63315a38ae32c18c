/** Waits for the transactions that were writing to table sites, without keeping any other from it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from '@millrace/shared/platform/postgres';

const pauseMs = 20;

interface Writer {
  /** Names a transaction, as pids come again. */
  id: string;
  pid: number;
  blockers: number[];
  self: number;
}

const writersOfSites = `/* processor.writersOfSites */
select virtualtransaction as id, pid, pg_blocking_pids(pid) as blockers, pg_backend_pid() as self from pg_locks
where locktype = 'relation' and relation = 'sites'::regclass and mode = 'RowExclusiveLock' and granted
  and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()`;

/** Those that wait for this transaction, or for one that does. */
function waitingForUs(writers: Writer[]): Set<number> {
  const waiting = new Set(writers.slice(0, 1).map(({ self }) => self));
  for (let before = 0; before !== waiting.size; ) {
    before = waiting.size;
    for (const { pid, blockers } of writers) if (blockers.some((blocker) => waiting.has(blocker))) waiting.add(pid);
  }
  return waiting;
}

/**
 * True when all that wrote to sites at the time of the call have ended, or wait for this transaction; false when one of them goes
 * on for longer than `patienceMs`.
 */
export async function awaitWriters(client: PoolClient, patienceMs: number): Promise<boolean> {
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
