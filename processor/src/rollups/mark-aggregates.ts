/** Marks changed intervals for the aggregates, which a separate job recomputes. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { toMarkedTypes } from '../aggregations/aggregated-types.js';
import type { TypeChanges } from './type-changes.js';

const statement = `/* processor.markAggregates */
insert into aggregation_marks (site_id, interval_start, event_types)
select $1, start, types from jsonb_to_recordset($2::jsonb) as mark(start timestamptz, types text[])`;

/**
 * An interval that was rolled again without any change was requested explicitly, so all its aggregates are recomputed as well.
 * `botsOnly` has the starts, in milliseconds, of intervals with only bots, which no aggregate counts.
 */
export async function markAggregates(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  changes: TypeChanges,
  botsOnly: ReadonlySet<number>,
): Promise<void> {
  const marks = intervals.flatMap((start) => {
    const types = toMarkedTypes(changes.of(start));
    if (types.length > 0) return { start, types };
    return botsOnly.has(start.getTime()) ? [] : { start, types: null };
  });
  await client.query(statement, [siteId, JSON.stringify(marks)]);
}
