/** Turns a few wanted values into selects that find their rows in the indexes of the rollup tables, day by day. */
import { intervalMs } from '@millrace/shared/rollups';
import { addDays } from '@millrace/shared/zone-days';
import { instant, type RollupReading, rolledSelects, rowCondition } from './rollup-sources.js';
import { addValue } from './select-ranges.js';
import type { SqlParameters } from './sql-parameters.js';

/** More than these are found faster by reading all rows of the range. */
const fewLookups = 20_000;

/** A day or an interval. */
interface Unit {
  bucket: number;
  start: string;
}

interface UnitTable {
  name: 'rollup_days' | 'rollup_15m';
  column: 'day' | 'interval_start';
  type: 'date' | 'timestamptz';
  units: Unit[];
}

/** Of local time, in milliseconds since 1970. */
const hourAt = (localMs: number) => new Date(localMs).getUTCHours();

/** Undefined when there are too many. */
function unitTables({ cover, offsets }: RollupReading, mostUnits: number): UnitTable[] | undefined {
  const { days, intervals } = cover;
  const ofDays: Unit[] = [];
  const ofIntervals: Unit[] = [];
  for (const { bucket, fromDay, toDay } of days) {
    for (let day = fromDay; day < toDay; day = addDays(day, 1)) {
      if (ofDays.push({ bucket, start: day }) > mostUnits) return undefined;
    }
  }
  for (const { bucket, from, to } of intervals) {
    for (let ms = from; ms < to; ms += intervalMs) {
      const place = offsets ? hourAt(ms + 1_000 * offsets[bucket]!) : bucket;
      if (ofIntervals.push({ bucket: place, start: instant(ms) }) > mostUnits) return undefined;
    }
  }
  const tables: UnitTable[] = [
    { name: 'rollup_days', column: 'day', type: 'date', units: ofDays },
    { name: 'rollup_15m', column: 'interval_start', type: 'timestamptz', units: ofIntervals },
  ];
  return tables.filter(({ units }) => units.length > 0);
}

/**
 * The rows of `keyCount` values that stand in CTE `key` (no, bucket, event_type, value), as number of the value, visitors
 * and their count, one select per table. The index leads with what comes before the value, event types included, so these
 * are in CTE `type`, see {@link typesSql}. Undefined when there is too much to look up.
 */
export function lookUpSelects(
  reading: RollupReading,
  parameters: SqlParameters,
  keyCount: number,
): string[] | undefined {
  const { plan, buckets } = reading;
  const keysPerUnit = plan.byTime ? Math.ceil(keyCount / buckets) : keyCount;
  const tables = unitTables(reading, fewLookups / keysPerUnit);
  return tables?.map(({ name, column, type, units }) => {
    const ofUnits = addValue(
      parameters,
      units.map(({ bucket }) => bucket),
      'int[]',
    );
    const starts = addValue(
      parameters,
      units.map(({ start }) => start),
      `${type}[]`,
    );
    // The offset keeps the planner from turning the look-ups into a join that reads the whole range.
    return `select key.no, found.visitor_count, found.visitors
    from unnest(${ofUnits}, ${starts}) as unit(bucket, start)
    join key on ${plan.byTime ? 'key.bucket = unit.bucket' : 'true'} ${plan.byType ? '' : 'cross join type'}
    cross join lateral (
      select r.visitor_count, r.visitors from ${name} r
      where ${rowCondition(reading, parameters)} and r.${column} = unit.start
        and r.event_type = ${plan.byType ? 'key' : 'type'}.event_type
        and hashtextextended(r.value, 0) = hashtextextended(key.value, 0) and r.value = key.value
      offset 0
    ) found`;
  });
}

/** The event types that there are in what the cover reads from rollups. */
export function typesSql(reading: RollupReading, parameters: SqlParameters): string {
  const { filter: _filter, ...rest } = reading;
  const all: RollupReading = { ...rest, plan: { ...reading.plan, dimension: 'all', allTypes: false, byTime: false } };
  const selects = rolledSelects(all, parameters, 'r.event_type');
  return selects.length === 0
    ? `select '' as event_type where false`
    : `select distinct event_type from (${selects.join(' union all ')}) r`;
}
