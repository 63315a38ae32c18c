/** Turns a site and a range of time into its views, counted exactly from table events. */
import type { Pool } from '@millrace/shared/postgres';

export interface ViewsOfRange {
  totalViews: number;
  uniqueUsers: number;
  topPaths: { path: string; views: number }[];
}

/** Half-open; absent means all time. */
export interface TimeRange {
  from: Date;
  to: Date;
}

const allTime: TimeRange = { from: new Date(0), to: new Date(Date.UTC(9999, 0, 1)) };

const statement = `/* reporting.readViews */
with views as materialized (
  select path, user_id from events
  where site_id = $1 and timestamp >= $2 and timestamp < $3 and event_type = 'view'
), top_paths as (
  select path, count(*)::int as views from views group by path order by views desc, path collate "C" limit $4
)
select (select count(*)::int from views) as "totalViews",
  (select count(distinct user_id)::int from views) as "uniqueUsers",
  (select coalesce(json_agg(json_build_object('path', path, 'views', views) order by views desc, path collate "C"), '[]')
   from top_paths) as "topPaths"`;

/** One statement, so that the three figures are of one moment. `limit` paths, most viewed first, then by name. */
export async function readViews(
  pool: Pool,
  siteId: string,
  range: TimeRange | undefined,
  limit: number,
): Promise<ViewsOfRange> {
  const { from, to } = range ?? allTime;
  const { rows } = await pool.query<ViewsOfRange>(statement, [siteId, from, to, limit]);
  return rows[0]!;
}
