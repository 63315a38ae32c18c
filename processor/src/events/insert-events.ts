/** Turns the JSON text of events into rows, each once, and marks the 15-minute intervals they touch, in one statement. */
import type { Pool } from '@millrace/shared/postgres';

/**
 * Rows are sorted by key, so that two processors that insert the same events wait for each other instead of deadlocking.
 * A mark is written only for rows that are new, in the same transaction as the rows. What was there already is only counted.
 */
const statement = `/* processor.insertEvents */
with batch as materialized (
  select * from json_to_recordset($1::json) as event(
    site_id text, timestamp timestamptz, event_id uuid, event_type text, path text, user_id text, session_id text,
    profile_id text, referrer text, properties jsonb)
), new_sites as (
  insert into sites (site_id) select distinct site_id from batch order by site_id on conflict do nothing
), stored as (
  insert into events
    (site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties)
  select site_id, timestamp, event_id, event_type, path, user_id, session_id, profile_id, referrer, properties
  from batch order by site_id, timestamp, event_id
  on conflict do nothing
  returning site_id, timestamp
), marks as (
  insert into rollup_marks (site_id, interval_start)
  select distinct site_id, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from stored
), duplicates as (
  insert into event_duplicates (site_id, duplicates)
  select site_id, sum(sent)::int from (
    select site_id, 1 as sent from batch union all select site_id, -1 from stored) as difference
  where (select count(*) from batch) > (select count(*) from stored) group by site_id having sum(sent) > 0
)
select count(*)::int as stored from stored`;

/** Stores the events of a JSON array; returns how many were new. Running it again stores none. */
export async function insertEvents(pool: Pool, events: string): Promise<number> {
  const { rows } = await pool.query<{ stored: number }>(statement, [events]);
  return rows[0]?.stored ?? 0;
}
