/** Drops months of raw events past their retention, once their rollups are verified. */

import { partitionOf } from '../events/ensure-partitions.js';
import { formatCount } from '../format-count.js';
import { closedDays } from '../rollups/raw-horizon.js';
import { type CleanupDeps, type CleanupStep, daysBefore } from './cleanup-step.js';
import { dropMonth } from './drop-month.js';
import { partitionMonths } from './partition-months.js';
import { verifyMonth } from './verify-month.js';

/** The first month to keep, `YYYY-MM`. The days that are closed together with a dropped month are never too young. */
const firstKept = (now: Date, retentionDays: number) =>
  daysBefore(now, retentionDays + closedDays)
    .toISOString()
    .slice(0, 7);

/** Returns the reason if the month stays. */
async function tryToDrop(deps: CleanupDeps, month: string, next: string): Promise<string | undefined> {
  const { pool, logger } = deps;
  const problem = await verifyMonth(pool, month);
  if (problem !== undefined) return problem;
  const refusal = await dropMonth(pool, month, next);
  if (refusal === undefined) logger.info({ partition: partitionOf(month) }, 'dropped a month of raw events');
  return refusal;
}

/** Oldest first, and stops at the first month that stays, so the kept events have no gap. Ignores `olderThan`, which is for files. */
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
      const others = later === 0 ? '' : `; ${formatCount(later, 'later month')} also kept`;
      return { removed, kept: [{ what: partitionOf(month), reason: `${reason}${others}` }] };
    }
    removed.event_months += 1;
  }
  return { removed, kept: [] };
};
