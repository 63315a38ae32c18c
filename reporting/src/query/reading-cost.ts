/** How much a plan reads, known before it runs: the one measure by which reads of every route are admitted. */
import type { PoolClient } from '@millrace/shared/postgres';
import { intervalMs } from '@millrace/shared/rollups';
import { addDays } from '@millrace/shared/zone-days';
import type { Cover } from './cover-range.js';
import type { TimeRange } from './resolved-query.js';
import { instant, type RollupReading } from './rollup-sources.js';

export interface ReadingCost {
  /** True when rollups have nothing to say. */
  isRaw: boolean;
  /** Raw events to be read; counted up to {@link mostCounted}. */
  events: number;
  /** Rows of rollups, about. */
  rows: number;
}

/** Told the cost of each part of a request before it is read; throws what keeps it from being read now. */
export type Admit = (cost: ReadingCost) => void;

/** Nothing needs counting beyond what makes any plan heavy. */
const mostCounted = 150_000;

const countEvents = `/* reporting.countUpTo */
select count(*)::int as events from (
  select 1 from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
  cross join lateral (
    select 1 from events where site_id = $1 and timestamp >= range."from" and timestamp < range."to" limit $4
  ) found limit $4
) counted`;

/** Along the primary key, without the events themselves, and never more than {@link mostCounted}. */
async function countUpTo(client: PoolClient, siteId: string, raw: Cover['raw']): Promise<number> {
  if (raw.length === 0) return 0;
  const [from, to] = [raw.map((segment) => instant(segment.from)), raw.map((segment) => instant(segment.to))];
  const { rows } = await client.query<{ events: number }>(countEvents, [siteId, from, to, mostCounted]);
  return rows[0]!.events;
}

/** Of a plan that reads raw events of a whole range. */
export async function rawCost(client: PoolClient, siteId: string, range: TimeRange): Promise<ReadingCost> {
  const segment = { bucket: 0, from: range.from.getTime(), to: range.to.getTime() };
  const events = await countUpTo(client, siteId, [segment]);
  return { isRaw: true, events, rows: 0 };
}

const dayMs = 86_400_000;

const countRows = `/* reporting.countRollupRows */
select coalesce((select max(rows) from (
    select count(*) as rows from rollup_days where site_id = $1 and dimension = $2 and day = any($3::date[]) group by day) of_day
  ), 0)::int as day,
  coalesce((select max(rows) from (
    select count(*) as rows from rollup_15m where site_id = $1 and dimension = $2 and interval_start = any($4::timestamptz[])
    group by interval_start) of_interval
  ), 0)::int as interval`;

const rolledSpan = `/* reporting.rolledSpan */
select min(day)::text as first, max(day)::text as last from rollup_days
where site_id = $1 and dimension = $2 and day >= $3 and day < $4`;

const daysBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / dayMs;

/** Days of the cover from the first with rows to the last, and some of them: a range may begin long before its site. */
async function coveredDays(client: PoolClient, { siteId, plan, cover }: RollupReading) {
  const [from, to] = [cover.days[0]?.fromDay, cover.days.at(-1)?.toDay];
  if (from === undefined || to === undefined) return { days: 0, samples: [] };
  const { rows } = await client.query<{ first: string | null; last: string }>(rolledSpan, [
    ...[siteId, plan.dimension, from, to],
  ]);
  const { first, last } = rows[0]!;
  if (first === null) return { days: 0, samples: [] };
  const middle = addDays(first, Math.floor(daysBetween(first, last) / 2));
  return { days: daysBetween(first, last) + 1, samples: [first, middle, last] };
}

/** Of a plan that reads rollups: as many rows each day and interval as the fullest of a few has, and the raw rest. */
export async function rollupCost(client: PoolClient, reading: RollupReading): Promise<ReadingCost> {
  const { siteId, plan, cover } = reading;
  const events = await countUpTo(client, siteId, cover.raw);
  const { days, samples } = await coveredDays(client, reading);
  const intervals = cover.intervals.reduce((sum, { from, to }) => sum + (to - from) / intervalMs, 0);
  const ends = [cover.intervals[0]?.from, cover.intervals.at(-1)?.from].filter((start) => start !== undefined);
  const { rows } = await client.query<{ day: number; interval: number }>(countRows, [
    ...[siteId, plan.dimension, samples, ends.map(instant)],
  ]);
  return { isRaw: false, events, rows: days * rows[0]!.day + intervals * rows[0]!.interval };
}
