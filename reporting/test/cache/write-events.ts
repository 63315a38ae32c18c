/** Writes what other services write to a site while answers about it are cached: only the statements that affect the cache. */
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { insertRows, type RollupRow } from '../stored-rollups.js';

/** Inserts events with their marks in one transaction, as the processor does. */
export async function writeEvents(pool: Pool, siteId: string, times: string[], more: object = {}): Promise<void> {
  await pool.query(
    `with new_site as (insert into sites (site_id) values ($1) on conflict do nothing), stored as (
      insert into events (site_id, timestamp, event_id, event_type, path, user_id, properties)
      select $1, time, gen_random_uuid(), coalesce($3::jsonb->>'event_type', 'view'), coalesce($3::jsonb->>'path', '/'),
        $3::jsonb->>'user_id', $3::jsonb->'properties' from unnest($2::timestamptz[]) as time returning timestamp)
    insert into rollup_marks (site_id, interval_start)
    select distinct $1, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from stored`,
    [siteId, times, JSON.stringify(more)],
  );
}

/** Writes the marked intervals as a roll does; their days stay marked. */
async function rollMarked(client: PoolClient, siteId: string): Promise<void> {
  await client.query(
    `with known as (select coalesce(max(visitor_no), 0) as last from visitors where site_id = $1), fresh as (
      insert into visitors (site_id, user_id, visitor_no) select $1, user_id, last + row_number() over () from known, (
        select distinct user_id from events where site_id = $1 and user_id is not null
        except select user_id from visitors where site_id = $1) as users returning visitor_no)
    update site_rollups set last_visitor_no = greatest(last_visitor_no, (select max(visitor_no) from fresh)) where site_id = $1`,
    [siteId],
  );
  const { rows } = await client.query<RollupRow>(
    `select interval_start as bucket, event_type, count(*)::int as events,
      coalesce(array_agg(distinct visitor_no) filter (where visitor_no is not null), '{}') as numbers
    from (select distinct interval_start from rollup_marks where site_id = $1) as marked
    join lateral (
      select unnest(array['', event_type]) as event_type, visitor_no from events
        left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id
      where events.site_id = $1 and timestamp >= interval_start and timestamp < interval_start + interval '15 minutes'
    ) as found on true group by 1, 2`,
    [siteId],
  );
  await client.query(
    `delete from rollup_15m where site_id = $1 and interval_start in (select interval_start from rollup_marks where site_id = $1)`,
    [siteId],
  );
  await insertRows(client, 'rollup_15m', 'interval_start', siteId, rows);
  await client.query(
    `insert into rollup_day_marks select distinct site_id, (interval_start at time zone 'UTC')::date from rollup_marks
    where site_id = $1 on conflict do nothing`,
    [siteId],
  );
}

/** Takes all marks, as a roll does. With `isOld` like release 0.4, which does not count them. */
export async function takeMarks(pool: Pool, siteId: string, { isOld = false } = {}): Promise<void> {
  await pool.query(
    `insert into site_rollups (site_id, timezone, detail_since) values ($1, 'UTC', '2000-01-01Z') on conflict do nothing`,
    [siteId],
  );
  const counted = isOld
    ? ''
    : `, changes_at = now(), epoch = case when rolled_at = changes_at then epoch else epoch + 1 end`;
  const count = `with taken as (delete from rollup_marks where site_id = $1 returning interval_start)
    insert into site_changes select $1, (interval_start at time zone 'UTC')::date, count(*) from taken where ${!isOld} group by 2
    on conflict (site_id, day) do update set changes = site_changes.changes + excluded.changes`;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `update site_rollups set rolled_at = now(), hosts_rolled_at = now() ${counted} where site_id = $1`,
      [siteId],
    );
    await rollMarked(client, siteId);
    await client.query(count, [siteId]);
    await client.query('commit');
  } finally {
    client.release();
  }
}
