/** Turns what others left open, and slots that passed while nobody ran, into jobs. */
import { addSlotJobs, type FireDeps } from './fire-slots.js';
import type { KnownSchedules } from './known-schedules.js';
import { lateness, missedSlots } from './missed-slots.js';
import { claimSlots, markFailed, newestRuns, type Run, type Slot, takeOverSlots } from './run-rows.js';
import { settleSchedules } from './schedule-rows.js';

type Runs = Map<string, Run>;

/** Adds the jobs that others claimed and did not add, unless it is too late for them. */
async function addOpen(deps: FireDeps, known: KnownSchedules, runs: Runs, now: Date): Promise<void> {
  const open: Slot[] = [];
  const tooLate: (Slot & { error: string })[] = [];
  for (const slot of await takeOverSlots(deps.pool)) {
    const schedule = known.rows.get(slot.scheduleId);
    const error = schedule && lateness(schedule, slot.slot, runs.get(schedule.id), now);
    if (error === undefined) open.push(slot);
    else tooLate.push({ ...slot, error });
  }
  if (tooLate.length > 0) await markFailed(deps.pool, tooLate);
  await addSlotJobs(deps, open, known.rows);
}

async function makeUp(deps: FireDeps, known: KnownSchedules, runs: Runs, now: Date): Promise<void> {
  const missed = [...known.firing.values()].map((schedule) => ({
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
  await addSlotJobs(deps, claimed, known.rows);
  if (claimed.length > 0) deps.logger.info({ slots: claimed.length }, 'made up for slots that were missed');
}

export async function catchUp(deps: FireDeps, known: KnownSchedules, now: Date): Promise<void> {
  const runs = await newestRuns(deps.pool);
  await addOpen(deps, known, runs, now);
  await makeUp(deps, known, runs, now);
}
