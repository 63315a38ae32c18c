/** Turns a cover into the parts of a statement that read it: rows of days, rows of intervals, raw events. */
import { allTypes } from '@millrace/shared/rollups';
import type { Cover, TimeSegment } from './cover-range.js';
import { filterSql } from './filter-sql.js';
import type { RollupPlan } from './plan-rollup.js';
import { rawColumn } from './raw-columns.js';
import type { Filter } from './resolved-query.js';
import { rollupColumn, valueOfEvent } from './rollup-columns.js';
import { type RangeSource, selectRanges } from './select-ranges.js';
import type { SqlParameters } from './sql-parameters.js';

/** What is read for one query: its site, its plan and how its range is covered. */
export interface RollupReading {
  siteId: string;
  plan: RollupPlan;
  filter?: Filter;
  /** 1 when time is no dimension. */
  buckets: number;
  cover: Cover;
  /** For hours of the day, where a segment's bucket is a stretch of one offset: local time minus UTC in seconds. */
  offsets?: number[];
}

export const instant = (ms: number): string => new Date(ms).toISOString();

/** What groups are told apart by, as columns of every source. */
export function keyColumns({ plan }: RollupReading): string[] {
  return [plan.byTime && 'bucket', plan.byType && 'event_type', plan.byValue && 'value'].filter(
    (name) => name !== false,
  );
}

/** Which rows of a rollup table, called `r`, are read. */
export function rowCondition({ plan, filter }: RollupReading, parameters: SqlParameters): string {
  const parts = [`r.site_id = ${parameters.site()}`, `r.dimension = '${plan.dimension}'`];
  if (plan.allTypes) {
    const types = [allTypes, ...(plan.withViews ? ['view'] : []), ...plan.types];
    parts.push(`r.event_type = any(${parameters.add(types, 'text[]')})`);
  } else if (plan.dimension === 'all') parts.push(`r.event_type <> '${allTypes}'`);
  if (filter) parts.push(filterSql(filter, rollupColumn, parameters));
  return parts.join(' and ');
}

/** The offset of each segment. */
const offsetsOf = ({ offsets }: RollupReading, segments: { bucket: number }[]) =>
  offsets && { offsets: segments.map(({ bucket }) => offsets[bucket]!) };

const timed = (segments: TimeSegment[]): RangeSource['segments'] =>
  segments.map(({ bucket, from, to }) => ({ bucket, from: instant(from), to: instant(to) }));

/** Selects of the rollup rows that the cover needs, to be put together: their bucket and `columns`; they are called `r`. */
export function rolledSelects(reading: RollupReading, parameters: SqlParameters, columns: string): string[] {
  const { days, intervals } = reading.cover;
  const ofDays = days.map(({ bucket, fromDay, toDay }) => ({ bucket, from: fromDay, to: toDay }));
  const tables: Omit<RangeSource, 'condition'>[] = [
    { table: 'rollup_days', column: 'r.day', type: 'date', segments: ofDays },
    { table: 'rollup_15m', column: 'r.interval_start', type: 'timestamptz', segments: timed(intervals) },
  ];
  // A parameter that no part of a statement uses is an error, so no condition is made for nothing.
  const needed = tables.filter(({ segments }) => segments.length > 0);
  return needed.flatMap((table) => {
    const source = { ...table, condition: rowCondition(reading, parameters), ...offsetsOf(reading, table.segments) };
    return selectRanges(source, columns, reading.plan.byTime, parameters);
  });
}

/** Columns of raw events as those of rollups are: their texts compare by bytes. */
const rawColumns = {
  event_type: () => 'r.event_type collate "C" as event_type',
  value: (plan: RollupPlan, site: () => string) => `${valueOfEvent(plan, site())} collate "C" as value`,
  user_id: () => 'r.user_id collate "C" as user_id',
};

/** The raw part: bucket and `columns` of its events; undefined when there is none. */
export function rawSelect(
  reading: RollupReading,
  parameters: SqlParameters,
  columns: (keyof typeof rawColumns)[],
): string | undefined {
  const { plan, filter, cover } = reading;
  if (cover.raw.length === 0) return undefined;
  const conditions = [`r.site_id = ${parameters.site()}`];
  if (filter) conditions.push(filterSql(filter, rawColumn, parameters));
  const source: RangeSource = {
    table: 'events',
    column: 'r.timestamp',
    type: 'timestamptz',
    segments: timed(cover.raw),
    condition: conditions.join(' and '),
    ...offsetsOf(reading, cover.raw),
  };
  const shown = columns.map((name) => rawColumns[name](plan, parameters.site)).join(', ');
  return selectRanges(source, shown, plan.byTime, parameters).join(' union all ');
}
