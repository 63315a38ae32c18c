/** Columns and ranges of raw events, as SQL. */
import { segmentColumns } from '@millrace/shared/segments/segment-columns';
import type { SqlParameters } from '../reading/sql-parameters.js';

/** The value of a column as segments have it; of `session` and `id` the ids themselves. */
export function columnSql(name: string, parameters: SqlParameters): string {
  if (name === 'session') return 'session_id';
  if (name === 'id') return 'event_id';
  const own = segmentColumns.find((column) => column.name === name);
  return own ? own.sql : `properties ->> ${parameters.add(name.slice('property:'.length), 'text')}`;
}

const instants = (ranges: readonly number[], place: 0 | 1) =>
  ranges.filter((_, at) => at % 2 === place).map((ms) => new Date(ms).toISOString());

/** Bounds in pairs, in milliseconds, as rows of `range`. */
export function rangesSql(ranges: readonly number[], parameters: SqlParameters): string {
  const [from, to] = [instants(ranges, 0), instants(ranges, 1)].map((list) => parameters.add(list, 'timestamptz[]'));
  return `unnest(${from}, ${to}) as range("from", "to")`;
}
