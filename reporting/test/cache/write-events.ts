/** What other services do to a site while answers about it are kept: the statements that matter to kept answers, as they leave them. */
import type { Pool } from '@millrace/shared/postgres';

/** Events with their marks, in one transaction, as the processor stores them. */
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

/**
 * All marks are taken, as by a roll; of release 0.4 when `isOld`, which does not count them. No rows of rollups are written, and
 * the state of the site says so.
 */
export async function takeMarks(pool: Pool, siteId: string, { isOld = false } = {}): Promise<void> {
  await pool.query(
    `insert into site_rollups (site_id, timezone, detail_since, dimensions_since) values ($1, 'UTC', '2000-01-01Z', '{}')
    on conflict do nothing`,
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
    await client.query(count, [siteId]);
    await client.query('commit');
  } finally {
    client.release();
  }
}
