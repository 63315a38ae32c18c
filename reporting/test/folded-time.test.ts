/** Hours of the day and days of the week with missing, complete, partial and stale rollups, compared with a time zone library. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerQuery } from '../src/query/answer-query.js';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import type { StoredEvent } from './random-events.js';
import { addSites, first, last } from './rolled-sites.js';

let database: TestDatabase;
let sites: Map<string, StoredEvent[]>;
const places = new Map<string, { hour: string; weekday: string; date: string }>();

beforeAll(async () => {
  database = await createTestDatabase();
  sites = await addSites(database.pool);
});
afterAll(() => database.drop());

const siteIds = ['absent', 'complete', 'stale', 'partial'];
const zones = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
const dayMs = 86_400_000;

/** The library is slow, so its results are cached. */
function placeOf(time: Date, zone: string) {
  const key = `${time.getTime()} ${zone}`;
  const known = places.get(key);
  if (known) return known;
  const local = Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(zone);
  const place = { hour: String(local.hour), weekday: String(local.dayOfWeek), date: local.toPlainDate().toString() };
  places.set(key, place);
  return place;
}

function resolve(body: object) {
  const request = parseQuery({ metrics: ['events', 'visitors'], ...body });
  return resolveQuery(request, { siteTimezone: 'UTC', now: last });
}
const answer = (body: object) => inSnapshot(database.pool, (client) => answerQuery(client, resolve(body)));

type Part = 'hour' | 'weekday';
const unitOf = { hour: 'time:hour_of_day', weekday: 'time:day_of_week' };
const labelsOf = {
  hour: Array.from({ length: 24 }, (_, hour) => String(hour)),
  weekday: ['1', '2', '3', '4', '5', '6', '7'],
};

function expected(events: StoredEvent[], part: Part, from: Date, to: Date, zone: string) {
  const inRange = events.filter(({ timestamp }) => timestamp >= from && timestamp < to);
  const groups = new Map<string, StoredEvent[]>();
  for (const event of inRange) {
    const place = placeOf(event.timestamp, zone)[part];
    groups.set(place, [...(groups.get(place) ?? []), event]);
  }
  return labelsOf[part].map((label) => {
    const own = groups.get(label) ?? [];
    const users = new Set(own.flatMap(({ user_id }) => user_id ?? []));
    return { dimensions: [label], metrics: [own.length, users.size] };
  });
}

describe.each(siteIds)('on the site with rollups %s', (siteId) => {
  it.each(zones)('ranges in %s are counted by the local clock', async (zone) => {
    const random = createRandom(siteIds.indexOf(siteId) + 7);
    const events = sites.get(siteId)!;
    for (let round = 0; round < 8; round += 1) {
      const step = round % 2 === 0 ? dayMs : 60_000;
      const start = Math.floor((first.getTime() + random() * 20 * dayMs) / step) * step;
      const [from, to] = [new Date(start), new Date(start + step + Math.floor((random() * 20 * dayMs) / step) * step)];
      for (const part of ['hour', 'weekday'] as const) {
        const body = {
          site_id: siteId,
          date_range: [from.toISOString(), to.toISOString()],
          timezone: zone,
          dimensions: [unitOf[part]],
        };
        expect((await answer(body)).rows, JSON.stringify(body)).toEqual(expected(events, part, from, to, zone));
      }
    }
  });
  it('values of each hour and weekday add up to those of the range', async () => {
    for (const part of ['hour', 'weekday'] as const) {
      const body = { site_id: siteId, timezone: 'America/New_York', date_range: ['2025-10-28', '2025-11-06'] };
      const { rows } = await answer({ ...body, dimensions: [unitOf[part], 'path'], metrics: ['views', 'visitors'] });
      const of = (path: string) => rows.filter(({ dimensions }) => dimensions[1] === path);
      const total = await answer({ ...body, dimensions: ['path'], metrics: ['views'] });
      for (const { dimensions, metrics } of total.rows) {
        expect(of(dimensions[0]!).reduce((sum, row) => sum + Number(row.metrics[0]), 0)).toBe(metrics[0]);
      }
      for (const { dimensions, metrics } of rows) {
        const own = sites.get(siteId)!.filter(({ timestamp, path }) => {
          const { date } = placeOf(timestamp, body.timezone);
          const isIn = date >= '2025-10-28' && date <= '2025-11-06' && path === dimensions[1];
          return isIn && placeOf(timestamp, body.timezone)[part] === dimensions[0];
        });
        expect(new Set(own.flatMap(({ user_id }) => user_id ?? [])).size).toBe(metrics[1]);
      }
    }
  });
});

it('come from rollups when the whole range is rolled up', async () => {
  const common = { site_id: 'complete', timezone: 'Asia/Kathmandu', date_range: ['2025-10-01', '2025-10-20'] };
  expect((await answer({ ...common, dimensions: ['time:hour_of_day'] })).source).toBe('rollup');
  expect((await answer({ ...common, dimensions: ['time:day_of_week'] })).source).toBe('rollup');
});

it('weeks from Sunday begin with day 7, and hours have one order', () => {
  const labels = (unit: string, week_start: string) =>
    resolve({ site_id: 'x', date_range: '7d', dimensions: [`time:${unit}`], week_start }).buckets!.labels;
  expect(labels('day_of_week', 'sunday')).toEqual(['7', '1', '2', '3', '4', '5', '6']);
  expect(labels('day_of_week', 'monday')).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  expect(labels('hour_of_day', 'sunday').slice(0, 3)).toEqual(['0', '1', '2']);
});

it('can span thirty years', () => {
  const { buckets } = resolve({
    site_id: 'x',
    date_range: ['2000-01-01', '2029-12-31'],
    dimensions: ['time:hour_of_day'],
  });
  expect(buckets!.labels).toHaveLength(24);
  const days = resolve({ site_id: 'x', date_range: ['2000-01-01', '2029-12-31'], dimensions: ['time:day_of_week'] });
  expect(days.buckets!.places).toHaveLength(10_958);
});

it('are compared value by value', async () => {
  const { rows, comparisonRows } = await answer({
    site_id: 'complete',
    date_range: ['2025-10-15', '2025-10-21'],
    dimensions: ['time:day_of_week'],
    include: { comparison: 'previous_period' },
  });
  const earlier = await answer({
    site_id: 'complete',
    date_range: ['2025-10-08', '2025-10-14'],
    dimensions: ['time:day_of_week'],
  });
  expect(rows).toHaveLength(7);
  expect(comparisonRows!.map(({ dimensions, metrics }) => ({ dimensions, metrics }))).toEqual(earlier.rows);
});
