/** Cohorts from rollups and raw events together, compared with expected cohorts and with naive ones of random events. */

import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { dayOf, dayStart } from '@millrace/shared/time/zone-days';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGate } from '../src/reading/gate.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { type Period, periodsOf } from '../src/retention/cohort-periods.js';
import { readCohorts } from '../src/retention/read-cohorts.js';
import { retentionRoute } from '../src/routes/retention-route.js';
import { randomEvents, type StoredEvent, storeEvents } from './random-events.js';
import { markIntervals, storeRollups } from './stored-rollups.js';

const day = 86_400_000;
let database: TestDatabase;
const all = new Map<string, StoredEvent[]>();

const at = (timestamp: string, user_id: string | null): StoredEvent => ({
  timestamp: new Date(timestamp),
  event_type: user_id === 'bob' ? 'click' : 'view',
  path: '/',
  user_id,
  profile_id: null,
  referrer: null,
  properties: null,
});

/** Users come and go, and become more over time. */
const visits = (seed: number, count: number, from: string, days: number): StoredEvent[] =>
  randomEvents(seed, count, new Date(`${from}T00:00:00Z`), days * day).map((event, index) => ({
    ...event,
    user_id: event.user_id && `user-${Math.floor(index / 4) % 60}`,
  }));

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  const options = { daysBefore: '2025-11-20' };
  const add = async (siteId: string, timezone: string, rolled: StoredEvent[], late: StoredEvent[]) => {
    await storeEvents(database.pool, siteId, [...rolled, ...late]);
    all.set(siteId, [...rolled, ...late]);
    if (rolled.length === 0) return;
    await storeRollups(database.pool, rolled, { siteId, timezone, ...options });
    await markIntervals(database.pool, siteId, late);
  };
  await add(
    'hand',
    'UTC',
    [
      at('2025-10-01T10:00Z', 'old'),
      at('2025-11-03T00:00Z', 'ada'),
      at('2025-11-09T23:59Z', 'bob'),
      at('2025-11-09T23:59Z', null),
      at('2025-11-10T00:00Z', 'ada'),
      at('2025-11-12T10:00Z', 'old'),
      at('2025-11-13T10:00Z', 'eve'),
    ],
    [at('2025-11-17T10:00Z', 'ada'), at('2025-11-18T10:00Z', 'new'), at('2025-11-18T11:00Z', 'eve')],
  );
  const late = visits(8, 60, '2025-10-25', 25).map((event, index) => ({ ...event, user_id: `late-${index % 11}` }));
  await add('stale', 'America/New_York', visits(7, 400, '2025-08-20', 95), late);
  await add('raw', 'UTC', [], visits(9, 300, '2025-08-20', 95));
});
afterAll(() => database.drop());

const range = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });
const now = new Date('2025-11-19T12:00Z');

async function cohorts(siteId: string, period: Period, from: string, to: string, zone = 'UTC') {
  const periods = periodsOf(range(from, to), period, zone, now, 120);
  return inSnapshot(database.pool, (client) => readCohorts(client, siteId, periods));
}

it('use the first event of all time, and count who returned in each period up to now', async () => {
  expect(await cohorts('hand', 'week', '2025-11-05T00:00Z', '2026-01-01T00:00Z')).toEqual({
    source: 'mixed',
    cohorts: [
      { cohort: '2025-11-03', size: 2, retained: [2, 1, 1], percent: [100, 50, 50] },
      { cohort: '2025-11-10', size: 1, retained: [1, 1], percent: [100, 100] },
      { cohort: '2025-11-17', size: 1, retained: [1], percent: [100] },
    ],
  });
});

it('by month have a null percentage if they are empty', async () => {
  expect(await cohorts('hand', 'month', '2025-09-10T00:00Z', '2025-11-01T00:00Z')).toEqual({
    source: 'rollup',
    cohorts: [
      { cohort: '2025-09-01', size: 0, retained: [0, 0], percent: [null, null] },
      { cohort: '2025-10-01', size: 1, retained: [1], percent: [100] },
    ],
  });
});

it('do not exist for future periods, and are empty for an unknown site', async () => {
  expect((await cohorts('hand', 'week', '2025-12-01T00:00Z', '2025-12-20T00:00Z')).cohorts).toEqual([]);
  expect((await cohorts('nobody', 'month', '2025-11-01T00:00Z', '2025-11-20T00:00Z')).cohorts).toEqual([
    { cohort: '2025-11-01', size: 0, retained: [0], percent: [null] },
  ]);
});

describe('GET /api/v1/retention', () => {
  const get = (parameters: string) => {
    const health = {};
    const deps = { logger: silent, telemetry: createTelemetry(), health, isClosing: () => false };
    const app = buildServiceApp(deps, (routes) => {
      routes.get(
        '/api/v1/retention',
        retentionRoute({
          pool: database.pool,
          gate: createGate({ maxConcurrent: 2, maxWaiting: 10, maxWaitMs: 1_000 }),
          clock: () => now,
        }),
      );
    });
    return request(app).get(`/api/v1/retention?${parameters}`);
  };
  it('returns cohorts, their source and the query as it was understood', async () => {
    const { body } = await get('site_id=hand&period=week&date_range=2025-11-12,2025-11-18&timezone=Europe/Berlin');
    expect(body).toEqual({
      cohorts: [
        { cohort: '2025-11-10', size: 2, retained: [2, 1], percent: [100, 50] },
        { cohort: '2025-11-17', size: 1, retained: [1], percent: [100] },
      ],
      meta: { source: 'mixed', site_known: true, elapsed_ms: expect.any(Number) },
      query: {
        site_id: 'hand',
        period: 'week',
        date_range: ['2025-11-11T23:00:00.000Z', '2025-11-18T23:00:00.000Z'],
        timezone: 'Europe/Berlin',
      },
    });
  });
  it.each([
    ['site_id=hand&date_range=30d', 'period'],
    ['site_id=hand&period=day&date_range=30d', 'period'],
    ['period=week&date_range=30d', 'site_id'],
    ['site_id=hand&period=week', 'date_range'],
    ['site_id=hand&period=week&date_range=x', 'date_range'],
    ['site_id=hand&period=week&date_range=2010-01-01,2025-01-01', 'date_range'],
    ['site_id=hand&period=week&date_range=30d&timezone=Mars', 'timezone'],
    ['site_id=hand&period=week&date_range=30d&metrics=visitors', 'metrics'],
  ])('refuses %s and names %s', async (parameters, field) => {
    const { body } = await get(parameters).expect(400);
    expect(body.error).toMatchObject({ code: 'invalid_request', details: { field } });
  });
  it('lists the possible periods if none is given', async () => {
    const { body } = await get('site_id=hand&date_range=30d').expect(400);
    expect(body.error.message).toBe('period is required: week or month');
  });
  it('says where days are supported', async () => {
    const { body } = await get('site_id=hand&period=day&date_range=30d').expect(400);
    expect(body.error.message).toBe('period must be week or month; POST /api/v1/retention also takes day');
  });
});

/** The first day of the event's period. */
function labelOf({ timestamp }: StoredEvent, labels: string[], zone: string): string | undefined {
  return labels.findLast((label) => timestamp >= dayStart(label, zone));
}

function naiveCohorts(events: StoredEvent[], labels: string[], end: Date, zone: string) {
  const active = new Map<string, Set<string>>();
  const firsts = new Map<string, string>();
  for (const event of [...events].sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime())) {
    if (event.user_id === null || event.timestamp >= end) continue;
    const label = labelOf(event, labels, zone) ?? 'before';
    if (!firsts.has(event.user_id)) firsts.set(event.user_id, label);
    if (!active.has(label)) active.set(label, new Set());
    active.get(label)!.add(event.user_id);
  }
  return labels.map((cohort, index) => {
    const users = [...firsts].filter(([, label]) => label === cohort).map(([user]) => user);
    const retained = labels.slice(index).map((label) => users.filter((user) => active.get(label)?.has(user)).length);
    return { cohort, size: users.length, retained };
  });
}

it.each(['stale', 'raw'])('are correct for random events, some of users without a number: %s', async (siteId) => {
  for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu']) {
    for (const period of ['week', 'month'] as const) {
      const periods = periodsOf(range('2025-09-08T00:00Z', '2025-11-19T00:00Z'), period, zone, now, 120);
      const { cohorts: got } = await inSnapshot(database.pool, (client) => readCohorts(client, siteId, periods));
      const expected = naiveCohorts(all.get(siteId)!, periods.labels, periods.bounds.at(-1)!, zone);
      expect(got.map(({ percent: _percent, ...rest }) => rest)).toEqual(expected);
      expect(dayOf(periods.bounds[0]!, zone)).toBe(periods.labels[0]);
      expect(expected.some(({ size }) => size > 1)).toBe(true);
    }
  }
});
