/** The tables of aggregates against plain computations of the same events. */
import type { Pool } from '@millrace/shared/postgres';
import { expect } from 'vitest';
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

/** Rows of all tables but that of tournaments, which has a test of its own. */
export async function compareAggregates(pool: Pool, events: TestEvent[], zone: string, now: Date): Promise<void> {
  await compareRevenue(pool, events, zone, now);
  await compareCohorts(pool, events, zone, now);
  await compareProfiles(pool, events, zone);
  await comparePublisher(pool, events, zone);
}
