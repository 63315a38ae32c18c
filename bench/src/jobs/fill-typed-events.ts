/** Turns a number of sites into events of every type that aggregations count, spread evenly over days that are over. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { createPartitions } from '../sides/create-database.js';

export interface TypedEvents {
  sites: number;
  eventsPerSite: number;
  from: Date;
  to: Date;
}

/** A number of many digits for each event, the same ones each time: its digits decide what the event is. */
const insert = `/* bench.fillTypedEvents */
with drawn as materialized (
  select site, n, hashint8extended(n, site) & 9223372036854775807 as h
  from generate_series(1::bigint, $1::bigint) as site, generate_series(1::bigint, $2::bigint) as n
), typed as materialized (
  select *, round(h / 10000 % 20000 / 100.0, 2)::text as amount, case when n % 4 = 0 then 'USD' else 'EUR' end as currency,
    case when h % 1000 < 600 then 'view' when h % 1000 < 720 then 'click' when h % 1000 < 850 then 'impression'
      when h % 1000 < 900 then 'ad_request' when h % 1000 < 915 then 'signup' when h % 1000 < 955 then 'payment'
      when h % 1000 < 960 then 'refund' when h % 1000 < 980 then 'revenue' when h % 1000 < 990 then 'tournament_created'
      else 'tournament_completed' end as type
  from drawn
)
insert into events (site_id, timestamp, event_id, event_type, path, user_id, profile_id, properties)
select 'site-' || site, $3::timestamptz + (n - 0.5) / $2::bigint * ($4::timestamptz - $3::timestamptz),
  md5(site || ' ' || n)::uuid, type, '/page-' || h % 317, 'user-' || h % 499, 'profile-' || h % 19,
  case
    when type = 'payment' then jsonb_build_object('transaction_id', 't' || n, 'amount', amount, 'currency', currency,
      'status', case when h % 7 = 0 then 'failed' else 'succeeded' end)
      || case when n % 3 = 0 then '{"interval": "month"}'::jsonb else '{}' end
    when type = 'refund' then jsonb_build_object('transaction_id', 't' || n, 'amount', amount, 'currency', currency)
    when type = 'revenue' then jsonb_build_object('amount', amount, 'currency', currency)
    when type like 'tournament%' then jsonb_build_object('tournament_id', 'cup-' || n / 150, 'format',
      (array['league', 'knockout', 'swiss'])[1 + n / 150 % 3], 'players', h % 64, 'duration_minutes', h % 90)
  end
from typed`;

const addSites = `/* bench.addTypedSites */
insert into sites (site_id) select 'site-' || site from generate_series(1, $1::int) as site`;

const addMarks = `/* bench.addTypedMarks */
insert into rollup_marks (site_id, interval_start)
select distinct site_id, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from events`;

export async function fillTypedEvents(pool: Pool, { sites, eventsPerSite, from, to }: TypedEvents): Promise<void> {
  await createPartitions(pool, from, to);
  await pool.query(addSites, [sites]);
  await pool.query(insert, [sites, eventsPerSite, from, to]);
  await pool.query(addMarks);
  // What autovacuum does within a minute anyway, so that it does not begin while time is taken.
  await pool.query('vacuum analyze events');
  await pool.query('checkpoint');
}
