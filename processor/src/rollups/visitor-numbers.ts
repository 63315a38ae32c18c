/** Turns the users of new events into visitors: numbers, dense per site, given once and never again. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { ClaimedSite } from './claim-site.js';
import type { TimeRanges } from './time-ranges.js';

const statement = `/* processor.numberVisitors */
with users as (
  select distinct user_id collate "C" as user_id
  from unnest($2::timestamptz[], $3::timestamptz[]) as range("from", "to")
  join events on site_id = $1 and timestamp >= range."from" and timestamp < range."to"
  where user_id is not null
), numbered as (
  insert into visitors (site_id, user_id, visitor_no)
  select $1, user_id, $4 + row_number() over (order by user_id)
  from users where not exists (
    select 1 from visitors where visitors.site_id = $1 and visitors.user_id = users.user_id)
  returning visitor_no
)
update site_rollups set last_visitor_no = last_visitor_no + (select count(*) from numbered) where site_id = $1`;

/** Numbers the users of the events in `ranges` that have none. Only under the claim of their site. */
export async function numberVisitors(client: PoolClient, site: ClaimedSite, ranges: TimeRanges): Promise<void> {
  await client.query(statement, [site.siteId, ranges.from, ranges.to, site.lastVisitorNo]);
}
