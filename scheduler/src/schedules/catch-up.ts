/** Adds the jobs of missed slots and of slots that other replicas left unfinished. */
import { addSlotJobs, type FireDeps } from './fire-slots.js';
import { missedSlots, tooLateReason } from './missed-slots.js';
import { claimSlots, markFailed, newestRuns, type Run, type Slot, takeOverSlots } from './run-rows.js';
import type { ScheduleCache } from './schedule-cache.js';
import { settleSchedules } from './schedule-rows.js';

type Runs = Map<string, Run>;

/** Adds jobs of slots that were claimed but not added, unless they are too late. */
async function addOpen(deps: FireDeps, cache: ScheduleCache, runs: Runs, now: Date): Promise<void> {
  const open: Slot[] = [];
  const tooLate: (Slot & { error: string })[] = [];
  for (const slot of await takeOverSlots(deps.pool)) {
    const schedule = cache.rows.get(slot.scheduleId);
    const error = schedule && tooLateReason(schedule, slot.slot, runs.get(schedule.id), now);
    if (error === undefined) open.push(slot);
    else tooLate.push({ ...slot, error });
  }
  if (tooLate.length > 0) await markFailed(deps.pool, tooLate);
  await addSlotJobs(deps, open, cache.rows);
}

async function addMissed(deps: FireDeps, cache: ScheduleCache, runs: Runs, now: Date): Promise<void> {
  const missed = [...cache.firing.values()].map((schedule) => ({
    schedule,
    ...missedSlots(schedule, runs.get(schedule.row.id), now),
  }));
  const slots = missed.flatMap((part) => part.slots);
  const claimed = slots.length > 0 ? await claimSlots(deps.pool, slots) : [];
  for (const { schedule, until } of missed) schedule.settledUntil = until;
  await settleSchedules(
    deps.pool,
    missed.map(({ schedule, until }) => ({ id: schedule.row.id, until })),
  );
  await addSlotJobs(deps, claimed, cache.rows);
  if (claimed.length > 0) deps.logger.info({ slots: claimed.length }, 'caught up on missed slots');
}

export async function catchUp(deps: FireDeps, cache: ScheduleCache, now: Date): Promise<void> {
  const runs = await newestRuns(deps.pool);
  await addOpen(deps, cache, runs, now);
  await addMissed(deps, cache, runs, now);
}
