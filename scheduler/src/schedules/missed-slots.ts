/** Decides which missed slots to catch up on, and which are too late. */

import { newestSlot, slotsBetween } from '@millrace/shared/time/cron';
import { dayMs } from '@millrace/shared/time/durations';
import type { Run, Slot } from './run-rows.js';
import type { CachedSchedule } from './schedule-cache.js';
import type { ScheduleRow } from './schedule-rows.js';

/** Newer slots may still be in progress. */
export const lateAfterMs = 10_000;
/** How far back the policy `all` catches up. */
const allWithinMs = dayMs;
/** How late the job of a claimed slot may be under any policy, as the replica that claimed it may have died. */
const graceMs = 60_000;
/** Slots per catch-up: a schedule may fire every second. */
const maxSlots = 2_000;

const earlier = (now: Date, ms: number) => new Date(now.getTime() - ms);

/**
 * Possibly unclaimed slots to catch up on under the policy of the schedule, and the time up to which they are complete. The newest
 * run is not enough to find them, as ticks continue while older slots are missing.
 */
export function missedSlots(
  cached: CachedSchedule,
  newest: Run | undefined,
  now: Date,
): { slots: Slot[]; until: Date } {
  const { row, cron, settledUntil } = cached;
  const until = earlier(now, lateAfterMs);
  const answer = (slots: Date[], end = until) => ({
    slots: slots.map((slot) => ({ scheduleId: row.id, slot })),
    until: end,
  });
  if (settledUntil >= until) return answer([], settledUntil);
  if (row.catchUp === 'none') return answer([]);
  if (row.catchUp === 'newest') {
    const slot = newestSlot(cron, settledUntil, until);
    return answer(slot === undefined || (newest && newest.slot >= slot) ? [] : [slot]);
  }
  const since = new Date(Math.max(settledUntil.getTime(), earlier(now, allWithinMs).getTime()));
  const slots = slotsBetween(cron, since, until, maxSlots);
  return answer(slots, slots.length === maxSlots ? slots.at(-1) : until);
}

/** Why the job of a claimed slot is too late under the policy of its schedule; undefined if it is not. */
export function tooLateReason(
  schedule: ScheduleRow,
  slot: Date,
  newest: Run | undefined,
  now: Date,
): string | undefined {
  const { catchUp } = schedule;
  const isLate = slot < earlier(now, catchUp === 'all' ? allWithinMs : graceMs);
  if (!isLate || (catchUp === 'newest' && newest?.slot.getTime() === slot.getTime())) return undefined;
  return `The queue was unreachable for too long; the catch-up policy of this schedule is "${catchUp}".`;
}
