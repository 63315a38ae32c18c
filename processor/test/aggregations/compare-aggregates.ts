/** Compares aggregate tables with plain computations, and with a recomputation from scratch. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { expect } from 'vitest';
import { aggregateSite } from '../../src/aggregations/aggregate-site.js';
import { readSiteTables } from '../../src/erase/erase-chunks.js';
import { countOf, localDate, percent, periodStart, plainCohorts, plainEarnings } from './plain-aggregates.js';
import { countPayments, plainRevenueRows } from './plain-money.js';
import type { TestEvent } from './random-events.js';

const read = async (pool: Pool, sql: string, ...values: unknown[]) => (await pool.query(sql, values)).rows;

/** Events by the first day of their period. */
function byPeriod(events: TestEvent[], type: string, zone: string): Map<string, TestEvent[]> {
  const groups = new Map<string, TestEvent[]>();
  for (const event of events) {
    const start = periodStart(localDate(event.timestamp, zone), type);
    groups.set(start, [...(groups.get(start) ?? []), event]);
  }
  return groups;
}

async function compareRevenue(pool: Pool, events: TestEvent[], zone: string, now: Date): Promise<void> {
  const rows = await read(
    pool,
    `select period_type as type, period_start::text as start, currency, total_revenue::float as revenue, payments,
      round(mrr, 8)::float as mrr from revenue_aggregates order by 1, 2, 3`,
  );
  const plain = plainRevenueRows(events, zone, now);
  expect(rows).toEqual(
    plain.map(({ type, start, currency, revenue, payments, mrr }) => ({
      type,
      start,
      currency,
      revenue,
      payments,
      mrr,
    })),
  );
}

export async function compareCohorts(pool: Pool, events: TestEvent[], zone: string, now: Date): Promise<void> {
  const rows = await read(
    pool,
    `select cohort_month::text, month_number, cohort_size, users_retained, retention_rate::float from user_cohorts order by 1, 2`,
  );
  expect(rows.map((row) => Object.values(row))).toEqual(plainCohorts(events, zone, now));
}

async function compareProfiles(pool: Pool, events: TestEvent[], zone: string): Promise<void> {
  const counted = ['impression', 'view', 'click', 'signup', 'payment', 'revenue'];
  const expected = [...byPeriod(events, 'day', zone)].flatMap(([day, group]) =>
    ['banner', 'video'].flatMap((profile) => {
      const own = group.filter(({ profile_id, event_type }) => profile_id === profile && counted.includes(event_type));
      if (own.length === 0) return [];
      const [impressions, clicks, signups] = ['impression', 'click', 'signup'].map((type) => countOf(own, type)) as [
        number,
        number,
        number,
      ];
      const conversions = signups + countPayments(own, events);
      return [
        {
          day,
          profile,
          impressions,
          views: countOf(own, 'view'),
          clicks,
          conversions,
          ctr: percent(clicks, impressions),
          conversion_rate: percent(conversions, clicks),
          revenue: plainEarnings(own),
        },
      ];
    }),
  );
  const rows = await read(
    pool,
    `select day::text, profile_id as profile, impressions, views, clicks, conversions, ctr::float, conversion_rate::float,
      (select coalesce(jsonb_object_agg(key, value::float), '{}') from jsonb_each_text(revenue)) as revenue
    from profile_performance order by 1, 2`,
  );
  expect(rows).toEqual(expected.sort((a, b) => `${a.day}${a.profile}`.localeCompare(`${b.day}${b.profile}`)));
}

async function comparePublisher(pool: Pool, events: TestEvent[], zone: string): Promise<void> {
  for (const type of ['day', 'week', 'month']) {
    const expected = [...byPeriod(events, type, zone)].flatMap(([start, group]) => {
      const [requests, impressions, clicks] = ['ad_request', 'impression', 'click'].map((name) =>
        countOf(group, name),
      ) as [number, number, number];
      const revenue = plainEarnings(group);
      if (requests + impressions + clicks === 0 && Object.keys(revenue).length === 0) return [];
      return [
        {
          start,
          requests,
          impressions,
          clicks,
          ctr: percent(clicks, impressions),
          fill: percent(impressions, requests),
          revenue,
        },
      ];
    });
    const rows = await read(
      pool,
      `select (bucket_start at time zone $2)::date::text as start, ad_requests as requests, impressions, clicks, ctr::float,
        fill_rate::float as fill, (select coalesce(jsonb_object_agg(key, value::float), '{}') from jsonb_each_text(revenue)) as revenue
      from publisher_performance where granularity = $1 order by bucket_start`,
      type,
      zone,
    );
    expect(rows, type).toEqual(expected.sort((a, b) => a.start.localeCompare(b.start)));
  }
}

const tables = [
  ...['money_events', 'mrr_movements', 'revenue_aggregates', 'user_cohorts', 'tournament_aggregates'],
  ...['profile_performance', 'publisher_performance'],
];
const scratch = 'scratch';

/** All columns except the site and the time of computation. */
async function readWhole(pool: Pool, siteId: string): Promise<Record<string, string[]>> {
  const whole: Record<string, string[]> = {};
  for (const table of tables) {
    const rows = await read(
      pool,
      `select (to_jsonb(t) - array['site_id', 'computed_at'])::text as row from ${table} t where site_id = $1 order by 1`,
      siteId,
    );
    whole[table] = rows.map(({ row }) => row as string);
  }
  return whole;
}

/** Compares all tables with those of another site with the same events, computed at once and only from raw events. */
async function compareWithScratch(pool: Pool, now: Date): Promise<void> {
  await pool.query(`insert into sites (site_id, timezone) select $1, timezone from sites where site_id = 'demo'`, [
    scratch,
  ]);
  await pool.query(
    `insert into events (site_id, timestamp, event_id, event_type, path, user_id, profile_id, properties)
    select $1, timestamp, event_id, event_type, path, user_id, profile_id, properties from events where site_id = 'demo'`,
    [scratch],
  );
  await pool.query(
    `insert into rollup_marks (site_id, interval_start)
    select distinct $1, date_bin('15 minutes', timestamp, timestamptz '2000-01-01Z') from events where site_id = 'demo'`,
    [scratch],
  );
  expect(await aggregateSite(pool, scratch, { now, onProgress: () => {} })).toHaveProperty('rows');
  expect(await readWhole(pool, 'demo')).toEqual(await readWhole(pool, scratch));
  for (const { name } of await readSiteTables(pool))
    await pool.query(`delete from ${name} where site_id = $1`, [scratch]);
}

export async function compareAggregates(pool: Pool, events: TestEvent[], zone: string, now: Date): Promise<void> {
  await compareRevenue(pool, events, zone, now);
  await compareCohorts(pool, events, zone, now);
  await compareProfiles(pool, events, zone);
  await comparePublisher(pool, events, zone);
  await compareWithScratch(pool, now);
}
