/** Queries on table schedule_runs: the replica that inserts the row of a slot adds its job. */
import type { Pool } from '@millrace/shared/platform/postgres';

/** A time at which a schedule fires. */
export interface Slot {
  scheduleId: string;
  slot: Date;
}

/** Deterministic, so adding the job of a slot twice adds it once. */
export const slotJobId = ({ scheduleId, slot }: Slot) => `sched-${scheduleId}-${slot.getTime()}`;

const parts = (slots: Slot[]) => [slots.map(({ scheduleId }) => scheduleId), slots.map(({ slot }) => slot)] as const;

/** The join skips schedules that were deleted or disabled meanwhile. */
const claim = `/* scheduler.claimSlots */
insert into schedule_runs (schedule_id, slot, job_id)
select schedules.id, due.slot, due.job_id from unnest($1::text[], $2::timestamptz[], $3::text[]) as due(id, slot, job_id)
join schedules using (id) where enabled order by due.id, due.slot
on conflict do nothing returning schedule_id as "scheduleId", slot`;

/** Claims slots; returns those that were not claimed before and now belong to the caller. */
export async function claimSlots(pool: Pool, slots: Slot[]): Promise<Slot[]> {
  const { rows } = await pool.query<Slot>(claim, [...parts(slots), slots.map(slotJobId)]);
  return rows;
}

/** How long a replica has to add the job of a claimed slot. */
const claimTimeout = '3 seconds';

const takeOver = `/* scheduler.takeOverSlots */
update schedule_runs set claimed_at = clock_timestamp() where (schedule_id, slot) in (
  select schedule_id, slot from schedule_runs
  where added_at is null and error is null and claimed_at < clock_timestamp() - interval '${claimTimeout}'
  order by claimed_at limit 1000 for update skip locked)
returning schedule_id as "scheduleId", slot`;

/** Claims slots whose job was never added, because the replica died or the queue was unreachable. */
export async function takeOverSlots(pool: Pool): Promise<Slot[]> {
  const { rows } = await pool.query<Slot>(takeOver);
  return rows;
}

export async function markAdded(pool: Pool, slots: Slot[]): Promise<void> {
  await pool.query(
    `/* scheduler.markAdded */ update schedule_runs set added_at = clock_timestamp()
    from unnest($1::text[], $2::timestamptz[]) as done(id, done_slot) where schedule_id = id and slot = done_slot`,
    [...parts(slots)],
  );
}

/** Records why the jobs of these slots will never be added. */
export async function markFailed(pool: Pool, failed: (Slot & { error: string })[]): Promise<void> {
  await pool.query(
    `/* scheduler.markFailed */ update schedule_runs set error = reason
    from unnest($1::text[], $2::timestamptz[], $3::text[]) as failed(id, failed_slot, reason)
    where schedule_id = id and slot = failed_slot`,
    [...parts(failed), failed.map(({ error }) => error)],
  );
}

export interface Run {
  slot: Date;
  jobId: string;
  claimedAt: Date;
  addedAt: Date | null;
  error: string | null;
}

const columns = `slot, job_id as "jobId", claimed_at as "claimedAt", added_at as "addedAt", error`;

/** Schedule id → newest run. */
export async function newestRuns(pool: Pool): Promise<Map<string, Run>> {
  const { rows } = await pool.query<Run & { scheduleId: string }>(
    `/* scheduler.newestRuns */ select id as "scheduleId", run.* from schedules cross join lateral (
      select ${columns} from schedule_runs where schedule_id = id order by slot desc limit 1) as run`,
  );
  return new Map(rows.map(({ scheduleId, ...run }) => [scheduleId, run]));
}

/** Runs of one schedule, newest first. */
export async function readRuns(pool: Pool, id: string, limit: number, offset: number): Promise<Run[]> {
  const { rows } = await pool.query<Run>(
    `/* scheduler.readRuns */ select ${columns} from schedule_runs where schedule_id = $1 order by slot desc limit $2 offset $3`,
    [id, limit, offset],
  );
  return rows;
}

/** Ids of the schedules with a slot older than `lateAfterMs` and no job. */
export async function openSchedules(pool: Pool, lateAfterMs: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `/* scheduler.openSchedules */ select distinct schedule_id as id from schedule_runs
    where added_at is null and error is null and slot < now() - $1 * interval '1 millisecond'`,
    [lateAfterMs],
  );
  return rows.map(({ id }) => id);
}
