/** Compares a site's rollups and segments with its raw events, in one snapshot. */
import { CommandError } from '@millrace/shared/commands/command-error';
import { intervalMs } from '@millrace/shared/contract/rollups';
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { addDays, dayOf, dayStart } from '@millrace/shared/time/zone-days';
import { readRawHorizon } from '../rollups/raw-horizon.js';
import { compareNumbers } from './compare-numbers.js';
import { readSegments } from './compare-segments.js';
import { type VerifyCounts, verifyDay } from './verify-day.js';

/** A day in the site's time zone, or an instant. */
export type Bound = { day: string } | { instant: Date };

export interface VerifyOptions {
  siteId: string;
  from: Bound;
  /** A day is inclusive, an instant exclusive. */
  to: Bound;
  /** True to skip segments. */
  rollupsOnly?: boolean;
}

export interface VerifySummary extends VerifyCounts {
  differences: number;
  timezone: string;
}

const begin = `begin isolation level repeatable read read only; set local work_mem = '96MB'; set local jit = off`;

const findSite = `/* processor.findVerifiedSite */
select coalesce(rolled.timezone, sites.timezone) as timezone, coalesce(last_visitor_no, 0) as "lastVisitorNo"
from sites left join site_rollups rolled using (site_id) where sites.site_id = $1`;

interface SiteRow {
  timezone: string;
  lastVisitorNo: number;
}

function rangeOf(options: VerifyOptions, timezone: string): { from: Date; to: Date } {
  const wholeIntervals = (instant: Date, round: (intervals: number) => number) =>
    new Date(round(instant.getTime() / intervalMs) * intervalMs);
  const start = (bound: Bound) =>
    'day' in bound ? dayStart(bound.day, timezone) : wholeIntervals(bound.instant, Math.floor);
  const end = (bound: Bound) =>
    'day' in bound ? dayStart(addDays(bound.day, 1), timezone) : wholeIntervals(bound.instant, Math.ceil);
  const range = { from: start(options.from), to: end(options.to) };
  if (range.from >= range.to) throw new CommandError('--from must be before --to.');
  return range;
}

/** Without raw events there is nothing to compare with. */
async function refuseDropped(client: PoolClient, from: Date): Promise<void> {
  const horizon = await readRawHorizon(client);
  if (!horizon || from >= horizon.since) return;
  throw new CommandError(
    `Raw events before ${horizon.since.toISOString()} were dropped (RAW_RETENTION_DAYS), after their rollups had been verified. Use --from ${horizon.since.toISOString()} or later.`,
  );
}

/** Reports each difference as a line. @throws CommandError for an unknown site or an empty range. */
export async function verifySite(
  pool: Pool,
  options: VerifyOptions,
  report: (line: string) => void,
): Promise<VerifySummary> {
  const counts = { intervals: 0, segmented: 0, days: 0, markedIntervals: 0, markedDays: 0 };
  let differences = 0;
  const reportAndCount = (line: string) => {
    differences += 1;
    report(line);
  };
  const verify = async (client: PoolClient) => {
    const { rows } = await client.query<SiteRow>(findSite, [options.siteId]);
    if (!rows[0]) throw new CommandError(`Unknown site "${options.siteId}": it has no events yet.`);
    const { timezone, lastVisitorNo } = rows[0];
    const site = {
      ...{ siteId: options.siteId, timezone },
      segments: options.rollupsOnly ? undefined : await readSegments(client, options.siteId),
      ...rangeOf(options, timezone),
    };
    await refuseDropped(client, site.from);
    await compareNumbers(client, site.siteId, lastVisitorNo, reportAndCount);
    const lastDay = dayOf(new Date(site.to.getTime() - 1), timezone);
    for (let day = dayOf(site.from, timezone); day <= lastDay; day = addDays(day, 1)) {
      await verifyDay(client, site, day, counts, reportAndCount);
    }
    return timezone;
  };
  const timezone = await inTransaction(pool, verify, begin);
  return { ...counts, differences, timezone };
}
