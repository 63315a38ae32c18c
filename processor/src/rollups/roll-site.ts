/** Rolls a site: recounts what changed, first intervals, then days, in a series of short transactions. */
import { intervalMs, segmentsHeldSince } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import { dayOf } from '@millrace/shared/time/zone-days';
import { fillSegments } from '../segments/fill-segments.js';
import { mergeNext, type OnCorrupt, purgeNext } from '../segments/maintain-segments.js';
import { applyTimezone } from './apply-timezone.js';
import { busy, claimSite, firstRow, type Roll } from './claim-site.js';
import { dropDimensions, hasDimensions } from './drop-dimensions.js';
import { eventsPerChunk, rollDays } from './roll-days.js';
import { rollIntervals } from './roll-intervals.js';

export interface RollSummary {
  intervals: number;
  days: number;
  /** Rows of rollups written. */
  rows: number;
  ms: number;
}

export interface RollOptions {
  now: Date;
  /** When aborted, the roll ends after its current transaction. */
  signal?: AbortSignal;
  /** Called after each transaction with the percentage of marked intervals and days done. */
  onProgress?: (percent: number) => Promise<unknown> | unknown;
  /** Called for each corrupt segment. */
  onCorrupt?: OnCorrupt;
  /** After this time each kind of background work gets one more transaction; the rest is left to the next roll. */
  backgroundAfterMs?: number;
}

/** Less than a minute, the period at which rolls are scheduled. */
const defaultBackgroundAfterMs = 45_000;

const maxIntervalsPerChunk = 192;
/** Intervals in the first transaction, before their number of events is known. */
const firstLimit = 8;

/** Inserts only if the row is missing: even `on conflict do nothing` would wait for a roll that holds it. */
const addState = `/* processor.addRollupState */
with added as (
  ${firstRow} and not exists (select 1 from site_rollups where site_id = $1)
  for key share on conflict do nothing)
select 1 from sites where site_id = $1`;

interface Work {
  /** Marked intervals and days. */
  marks: number;
  hasNewTimezone: boolean;
  hasDimensions: boolean;
  isMissingSegments: boolean;
  isPurgeDue: boolean;
}

const findWork = `/* processor.findWork */
select sites.timezone <> rolled.timezone as "hasNewTimezone", ${hasDimensions} as "hasDimensions",
  ${segmentsHeldSince} is distinct from '-infinity' as "isMissingSegments", segments_purge as "isPurgeDue",
  (select count(*)::int from (
    select 1 from rollup_marks where site_id = $1 and interval_start < $2 group by interval_start) as marked)
  + (select count(*)::int from rollup_day_marks where site_id = $1) as marks
from sites join site_rollups rolled using (site_id) where site_id = $1`;

/** How many intervals the next transaction takes, given the last one. */
const nextLimit = ({ intervals, events }: { intervals: number; events: number }) =>
  Math.max(1, Math.min(maxIntervalsPerChunk, Math.round((intervals * eventsPerChunk) / Math.max(1, events))));

interface Step {
  /** One transaction. Returns its counts, or undefined when there is nothing left to do. */
  run: () => Promise<{ intervals?: number; days?: number; rows?: number } | undefined | typeof busy>;
  /** Background work, less urgent than new intervals. */
  isBackground?: boolean;
}

function stepsOf(pool: Pool, siteId: string, { now, onCorrupt }: RollOptions, work: Work): Step[] {
  const claimed = <T>(roll: Roll<T>) => claimSite(pool, siteId, roll);
  const closedBefore = new Date(Math.floor(now.getTime() / intervalMs) * intervalMs);
  let limit = firstLimit;
  let isFinished = false;
  let epoch = '';
  async function roll() {
    if (isFinished) return undefined;
    const done = await claimed((client, site) => {
      epoch = site.epoch;
      return rollIntervals(client, site, closedBefore, limit);
    });
    if (done === busy) return busy;
    isFinished = done.intervals < limit;
    limit = nextLimit(done);
    return done;
  }
  const followZone = async () => ((await claimed(applyTimezone)) === busy ? busy : undefined);
  const background = (step: Roll<object | undefined>): Step => ({ run: () => claimed(step), isBackground: true });
  return [
    ...(work.hasNewTimezone ? [{ run: followZone }] : []),
    { run: roll },
    { run: () => claimed((client, site) => rollDays(client, site, dayOf(now, site.timezone))) },
    ...(work.isMissingSegments ? [background((client, site) => fillSegments(client, site, closedBefore))] : []),
    ...(work.isPurgeDue
      ? [background((client, site) => purgeNext(client, site, { epoch, closedBefore }, onCorrupt))]
      : []),
    background((client, site) => mergeNext(client, site, now, onCorrupt)),
    ...(work.hasDimensions ? [background(dropDimensions)] : []),
  ];
}

/**
 * Rolls all marked intervals and days of a site that have ended, and as much background work as time allows. Returns {@link busy}
 * if another roll of the site is running; zeros for an unknown site. If interrupted, every interval and day has either its old or
 * its new rows, and marks for what is left.
 */
export async function rollSite(pool: Pool, siteId: string, options: RollOptions): Promise<RollSummary | typeof busy> {
  const { now, signal, onProgress = () => {}, backgroundAfterMs = defaultBackgroundAfterMs } = options;
  const startedAt = performance.now();
  const summary = { intervals: 0, days: 0, rows: 0 };
  const { rowCount } = await pool.query(addState, [siteId]);
  if (rowCount === 0) return { ...summary, ms: 0 };
  const { rows } = await pool.query<Work>(findWork, [siteId, now]);
  const work = rows[0];
  if (!work) return { ...summary, ms: 0 }; // erased in between
  for (const { run, isBackground } of stepsOf(pool, siteId, options, work)) {
    while (!signal?.aborted) {
      const done = await run();
      if (done === busy) return busy;
      if (done === undefined) break;
      summary.intervals += done.intervals ?? 0;
      summary.days += done.days ?? 0;
      summary.rows += done.rows ?? 0;
      await onProgress(Math.min(99, Math.floor((100 * (summary.intervals + summary.days)) / Math.max(1, work.marks))));
      if (isBackground && performance.now() - startedAt >= backgroundAfterMs) break;
    }
  }
  return { ...summary, ms: Math.round(performance.now() - startedAt) };
}
