/** Turns months of raw events that are past their retention into rollups alone: each is dropped once those are proven right. */
import { counted } from '../counted.js';
import { partitionOf } from '../events/ensure-partitions.js';
import { closedDays } from '../rollups/raw-horizon.js';
import { type CleanupDeps, type CleanupStep, daysBefore } from './cleanup-step.js';
import { dropMonth } from './drop-month.js';
import { partitionMonths } from './partition-months.js';
import { verifyMonth } from './verify-month.js';

/** The first month that stays, as `YYYY-MM`: with the days after it that are closed with what was dropped, none is too young. */
const firstKept = (now: Date, retentionDays: number) =>
  daysBefore(now, retentionDays + closedDays)
    .toISOString()
    .slice(0, 7);

/** Undefined when the month is gone, else why it stays. */
async function tryToDrop(deps: CleanupDeps, month: string, next: string): Promise<string | undefined> {
  const { pool, logger } = deps;
  const problem = await verifyMonth(pool, month);
  if (problem !== undefined) return problem;
  const refusal = await dropMonth(pool, month, next);
  if (refusal === undefined) logger.info({ partition: partitionOf(month) }, 'dropped a month of raw events');
  return refusal;
}

/** Oldest first, and none after one that stays: what is kept is one stretch of time. `olderThan` is of files, not of events. */
export const dropOldMonths: CleanupStep = async (deps) => {
  const { pool, rawRetentionDays, now } = deps;
  const removed = { event_months: 0 };
  if (rawRetentionDays === 0) return { removed, kept: [] };
  const keptFrom = firstKept(now, rawRetentionDays);
  const months = await partitionMonths(pool);
  const old = months.filter((month) => month < keptFrom);
  for (const [index, month] of old.entries()) {
    const next = old[index + 1] ?? keptFrom;
    const reason = await tryToDrop(deps, month, next);
    if (reason !== undefined) {
      const later = old.length - index - 1;
      const others = later === 0 ? '' : `; ${counted(later, 'later month')} with it`;
      return { removed, kept: [{ what: partitionOf(month), reason: `${reason}${others}` }] };
    }
    removed.event_months += 1;
  }
  return { removed, kept: [] };
};
