/** Marks intervals as changed for the aggregates, which are computed by a job of their own. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { asMarked } from '../aggregations/aggregated-types.js';
import type { TypeChanges } from './type-changes.js';

const statement = `/* processor.markAggregates */
insert into aggregation_marks (site_id, interval_start, event_types)
select $1, start, types from jsonb_to_recordset($2::jsonb) as mark(start timestamptz, types text[])`;

/**
 * An interval that is rolled again without a change is one that was asked for: all aggregates of it are computed again, too. `botsOnly` are
 * starts, in milliseconds, of intervals that have only events of bots, which no aggregate counts.
 */
export async function markAggregates(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  changes: TypeChanges,
  botsOnly: ReadonlySet<number>,
): Promise<void> {
  const marks = intervals.flatMap((start) => {
    const types = asMarked(changes.of(start));
    if (types.length > 0) return { start, types };
    return botsOnly.has(start.getTime()) ? [] : { start, types: null };
  });
  await client.query(statement, [siteId, JSON.stringify(marks)]);
}
