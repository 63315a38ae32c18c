/** Turns time that passed into the slots of it that are to be made up for, or that are too late for it. */
import { newestSlot, slotsBetween } from '@millrace/shared/time/cron';
import type { KnownSchedule } from './known-schedules.js';
import type { Run, Slot } from './run-rows.js';
import type { ScheduleRow } from './schedule-rows.js';

/** Younger slots are still on their way through the ticks. */
export const lateAfterMs = 10_000;
/** How far back every slot is made up for. */
const allWithinMs = 86_400_000;
/** How long the job of a claimed slot may come late whatever the policy: whoever claimed it may have died. */
const graceMs = 60_000;
/** A day of a schedule that fires each second is made up for in pieces. */
const maxSlots = 2_000;

const before = (now: Date, ms: number) => new Date(now.getTime() - ms);

/**
 * Slots that nobody may have claimed, as the policy of the schedule wants them, and until when that is all of them. The newest
 * run does not tell: ticks go on while older slots are missing.
 */
export function missedSlots(known: KnownSchedule, newest: Run | undefined, now: Date): { slots: Slot[]; until: Date } {
  const { row, cron, settledUntil } = known;
  const until = before(now, lateAfterMs);
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
  const since = new Date(Math.max(settledUntil.getTime(), before(now, allWithinMs).getTime()));
  const slots = slotsBetween(cron, since, until, maxSlots);
  return answer(slots, slots.length === maxSlots ? slots.at(-1) : until);
}

/** Why the job of a claimed slot comes too late to be added by the policy of its schedule; undefined when it does not. */
export function lateness(schedule: ScheduleRow, slot: Date, newest: Run | undefined, now: Date): string | undefined {
  const { catchUp } = schedule;
  const isLate = slot < before(now, catchUp === 'all' ? allWithinMs : graceMs);
  if (!isLate || (catchUp === 'newest' && newest?.slot.getTime() === slot.getTime())) return undefined;
  return `The queue was away for too long; this schedule catches up ${catchUp === 'all' ? 'a day' : catchUp}.`;
}
