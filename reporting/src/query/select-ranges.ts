/** Turns segments of time into selects that read the rows in them, each along an index. */
import type { SqlParameters } from './sql-parameters.js';

/** A table to be read, its column of time, and the type of that. */
export interface RangeSource {
  table: 'rollup_days' | 'rollup_15m' | 'events';
  /** The table is called `r`. */
  column: 'r.day' | 'r.interval_start' | 'r.timestamp';
  type: 'date' | 'timestamptz';
  /** At least one; half-open, disjoint, ascending. */
  segments: { bucket: number; from: string; to: string }[];
  condition: string;
  /** For hours of the day: local time minus UTC of each segment, in seconds. */
  offsets?: number[];
}

/** So many ranges are a select each; more are joined, which can use one process only. */
const fewRanges = 8;

/** Keeps a value or a list of them and returns its place, as `type`. */
export function addValue(
  parameters: SqlParameters,
  value: string | number | (string | number | null)[],
  type: string,
): string {
  parameters.values.push(value);
  return `$${parameters.values.length}::${type}`;
}

/** Segments without the borders of buckets between them, as starts and ends. */
function rangesOf(segments: RangeSource['segments']): { starts: string[]; ends: string[] } {
  const [starts, ends]: [string[], string[]] = [[], []];
  for (const { from, to } of segments) {
    if (ends.at(-1) === from) ends[ends.length - 1] = to;
    else {
      starts.push(from);
      ends.push(to);
    }
  }
  return { starts, ends };
}

/** Hour of the day of an instant, by the offset of the stretch of time that it lies in; these are counted from 1. */
export function hourSql(instant: string, stretch: string, offsets: number[], parameters: SqlParameters): string {
  const seconds = `(${addValue(parameters, offsets, 'float8[]')})[${stretch}]`;
  return `extract(hour from (${instant} at time zone 'UTC') + make_interval(secs => ${seconds}))::int`;
}

/** The bucket of a row in one of the segments: that of the last one which begins at or before its time. */
function bucketOf({ column, type, segments, offsets }: RangeSource, parameters: SqlParameters): string {
  const buckets = segments.map(({ bucket }) => bucket);
  const starts = segments.map(({ from }) => from);
  const place = `width_bucket(${column}, ${addValue(parameters, starts, `${type}[]`)})`;
  if (offsets) return hourSql(column, place, offsets, parameters);
  return `(${addValue(parameters, buckets, 'int[]')})[${place}]`;
}

/**
 * Of two halves the planner makes a bitmap of pages, which it reads once each: for many events that is four times as fast as
 * following the index from event to event, but it does not expect many.
 */
const middleOf = (start: string, end: string): string =>
  new Date((Date.parse(start) + Date.parse(end)) / 2).toISOString();

/** Selects of bucket (0 unless `byTime`) and `columns`, to be put together with `union all`. */
export function selectRanges(
  source: RangeSource,
  columns: string,
  byTime: boolean,
  parameters: SqlParameters,
): string[] {
  const { table, column, type, condition } = source;
  const { starts, ends } = rangesOf(source.segments);
  const bucket = byTime ? bucketOf(source, parameters) : '0';
  const within = (start: string, end: string) => `${column} >= ${start} and ${column} < ${end}`;
  const select = (time: string) =>
    `select ${bucket} as bucket, ${columns} from ${table} r where ${condition} and ${time}`;
  if (starts.length <= fewRanges) {
    const add = (value: string) => addValue(parameters, value, type);
    return starts.map((start, index) => {
      const [from, to] = [add(start), add(ends[index]!)];
      if (table !== 'events') return select(within(from, to));
      const middle = add(middleOf(start, ends[index]!));
      return select(`(${within(from, middle)} or ${within(middle, to)})`);
    });
  }
  const lists = [starts, ends].map((list) => addValue(parameters, list, `${type}[]`));
  // The offset keeps the planner from reading the whole table once and comparing each row with each range.
  return [
    `select found.* from unnest(${lists.join(', ')}) as range(start, "end")
    cross join lateral (${select(within('range.start', 'range."end"'))} offset 0) found`,
  ];
}
