/** Marks intervals as changed for the aggregates, which are computed by a job of their own. */
import type { PoolClient } from '@millrace/shared/postgres';
import { asMarked } from '../aggregations/aggregated-types.js';
import type { TypeChanges } from './type-changes.js';

const statement = `/* processor.markAggregates */
insert into aggregation_marks (site_id, interval_start, event_types)
select $1, start, types from jsonb_to_recordset($2::jsonb) as mark(start timestamptz, types text[])`;

/** An interval that is rolled again without a change is one that was asked for: all aggregates of it are computed again, too. */
export async function markAggregates(
  client: PoolClient,
  siteId: string,
  intervals: Date[],
  changes: TypeChanges,
): Promise<void> {
  const marks = intervals.map((start) => {
    const types = asMarked(changes.of(start));
    return { start, types: types.length === 0 ? null : types };
  });
  await client.query(statement, [siteId, JSON.stringify(marks)]);
}
