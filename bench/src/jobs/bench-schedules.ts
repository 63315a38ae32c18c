/** Turns a number of schedules into rows that schedulers fire, and stretches of time into the slots they must fire in. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Bench } from '../bench.js';

export const scheduleId = (index: number) => `bench-${index}`;

/** A job of a queue that nobody of ours works on while schedulers are measured. */
export const scheduledQueue = 'cache-warming';
const data = JSON.stringify({ cacheKeys: ['bench'] });

const insert = `/* bench.insertSchedules */
insert into schedules (id, name, queue, job, cron, timezone, data, catch_up)
select id, id, $3, 'warm', cron, 'UTC', $4, 'all' from unnest($1::text[], $2::text[]) as s(id, cron)`;

/** One schedule for each cron expression. */
export async function insertSchedules(pool: Pool, crons: string[]): Promise<void> {
  await pool.query(insert, [crons.map((_, index) => scheduleId(index)), crons, scheduledQueue, data]);
}

/** Half-open, in milliseconds since 1970. */
export interface Stretch {
  from: number;
  to: number;
}

/** Begins at a whole multiple of `stepMs`, two seconds from now at the earliest. */
export function nextStretch(stepMs: number, seconds: number): Stretch {
  const from = Math.ceil((Date.now() + 2_000) / stepMs) * stepMs;
  return { from, to: from + seconds * 1_000 };
}

/** Until `afterMs` after the stretch. */
export async function waitForEnd(bench: Bench, { to }: Stretch, afterMs: number): Promise<void> {
  while (Date.now() < to + afterMs) {
    bench.stopped.throwIfAborted();
    await sleep(Math.min(500, to + afterMs - Date.now()));
  }
}

/** A firing of a schedule of ours; `addedAt` is null while its job is not in the queue. */
export interface Firing {
  id: string;
  slot: Date;
  addedAt: Date | null;
}

const read = `/* bench.readFirings */
select schedule_id as id, slot, added_at as "addedAt" from schedule_runs
where schedule_id like 'bench-%' and slot >= $1 and slot < $2`;

export async function readFirings(pool: Pool, { from, to }: Stretch): Promise<Firing[]> {
  const { rows } = await pool.query<Firing>(read, [new Date(from), new Date(to)]);
  return rows;
}
