/** Deletes a user's events and marks their intervals. */
import { intervalStartSql } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { markedTypes } from '../aggregations/aggregated-types.js';

export interface ErasedEvents {
  events: number;
  /** ISO 8601 with microseconds; null if there was no event. */
  first: string | null;
  last: string | null;
}

const statement = `/* processor.eraseEvents */
with erased as (
  delete from events where site_id = $1 and user_id = $2 returning timestamp, event_type
), marks as (
  insert into rollup_marks (site_id, interval_start)
  select distinct $1, ${intervalStartSql} from erased
), aggregates as (
  insert into aggregation_marks (site_id, interval_start, event_types)
  select $1, ${intervalStartSql},
    array_agg(distinct case when event_type = any($3::text[]) then event_type else '' end)
  from erased group by 1, 2
)
select count(*)::int as events,
  to_char(min(timestamp) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as first,
  to_char(max(timestamp) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as last
from erased`;

export async function eraseEvents(client: PoolClient, siteId: string, userId: string): Promise<ErasedEvents> {
  const { rows } = await client.query<ErasedEvents>(statement, [siteId, userId, markedTypes]);
  return rows[0]!;
}
