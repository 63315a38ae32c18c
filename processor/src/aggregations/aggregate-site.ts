import type { RowsResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addDays, dayOf } from '@millrace/shared/time/zone-days';
import { type AggregateTable, aggregateTables } from './aggregate-tables.js';
import { deleteRecomputable } from './aggregation.js';
import {
  busySite,
  type ClaimedAggregation,
  claimAggregation,
  recordAggregated,
  recordUnfinished,
  unfinishedZone,
} from './claim-aggregation.js';
import { collapseMarks, distributeMarks, takeTouchedIntervals } from './touched-intervals.js';

export interface AggregateOptions {
  now: Date;
  /** REVENUE_GRACE_DAYS */
  graceDays?: number | undefined;
  /** Called with the percentage done. */
  onProgress: (percent: number) => Promise<unknown> | unknown;
}

type Skipped = { skipped: string };

const tables = Object.entries(aggregateTables);
const markedTables = tables.map(([name, { types }]) => ({ name, types }));

/** The site's zone when the run began, and the zone its rows have until the run ends. */
interface Zones {
  timezone: string;
  rowsTimezone: string;
}

async function distributeAllMarks(claimed: ClaimedAggregation): Promise<Zones> {
  const { timezone, rowsTimezone } = claimed;
  const isCurrent = rowsTimezone === timezone;
  // An earlier run that did not finish may have computed some tables already; their new marks must be kept apart.
  const distribute = isCurrent || rowsTimezone === unfinishedZone ? distributeMarks : collapseMarks;
  await distribute(claimed, markedTables);
  if (isCurrent) return { timezone, rowsTimezone };
  await recordUnfinished(claimed);
  return { timezone, rowsTimezone: unfinishedZone };
}

/** Days since the last run: their periods began or ended, which changes figures even without new events. */
function passedDays({ aggregatedAt, timezone }: ClaimedAggregation, now: Date): string[] {
  const [last, today] = [dayOf(aggregatedAt, timezone), dayOf(now, timezone)];
  const days: string[] = [];
  for (let day = last; last < today && day <= today; day = addDays(day, 1)) days.push(day);
  return days;
}

async function recompute(claimed: ClaimedAggregation, name: string, table: AggregateTable, now: Date): Promise<number> {
  const { timezone, rowsTimezone } = claimed;
  const intervals = await takeTouchedIntervals(claimed, { name, types: table.types });
  // In another time zone every period has other bounds.
  if (rowsTimezone !== timezone) await deleteRecomputable(claimed, name, table.start);
  return table.recompute(claimed, { intervals, passed: passedDays(claimed, now), now });
}

const isSkipped = <T>(result: T | Skipped): result is Skipped =>
  typeof result === 'object' && result !== null && 'skipped' in result;

/**
 * Recomputes everything that new events or the passing of days can have changed. Each table has its own transaction: it takes its
 * own marks and reads its own snapshot. An event outside that snapshot keeps its mark for the next run, and a table that fails
 * keeps its marks while the others continue. Other runs of the site may interleave between tables; if one changes the time zone
 * of the site or its rows, this run stops and leaves the rest to the next.
 * @throws the first error of a table, after all tables were tried.
 */
export async function aggregateSite(pool: Pool, siteId: string, options: AggregateOptions): Promise<RowsResult> {
  const { now, onProgress } = options;
  const startedAt = performance.now();
  const zones = await claimAggregation(pool, siteId, options, distributeAllMarks);
  if (isSkipped(zones)) return zones;
  const claimed = <T>(work: (site: ClaimedAggregation) => Promise<T>): Promise<T | Skipped> =>
    claimAggregation(pool, siteId, options, async (site) =>
      site.timezone === zones.timezone && site.rowsTimezone === zones.rowsTimezone ? work(site) : busySite,
    );
  const rows: Record<string, number> = {};
  const failures: unknown[] = [];
  for (const [index, [name, table]] of tables.entries()) {
    try {
      const written = await claimed((site) => recompute(site, name, table, now));
      if (isSkipped(written)) return written;
      rows[name] = written;
    } catch (error) {
      failures.push(error);
    }
    await onProgress(Math.min(99, Math.round((100 * (index + 1)) / tables.length)));
  }
  if (failures.length > 0) throw failures[0];
  const recorded = await claimed((site) => recordAggregated(site, now));
  return isSkipped(recorded) ? recorded : { rows, ms: Math.round(performance.now() - startedAt) };
}
