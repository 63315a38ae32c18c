/** `POST /api/v1/retention` and `POST /api/v1/journeys` over HTTP: the form of the answers, and refusals by field. */
import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDocumentedApp } from './documented-app.js';
import { type StoredEvent, storeEvents } from './random-events.js';

let database: TestDatabase;
let app: Express;

const event = (user_id: string | null, timestamp: string, event_type: string, path = '/'): StoredEvent => ({
  ...{ timestamp: new Date(timestamp), event_type, path, user_id },
  ...{ profile_id: null, referrer: null, properties: null },
});

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
  await storeEvents(database.pool, 'demo', [
    event('ada', '2025-11-03T10:00:00Z', 'signup', '/join'),
    event('ada', '2025-11-12T10:00:00Z', 'view', '/a'),
    event('ada', '2025-11-12T10:01:00Z', 'view', '/b'),
    event('bob', '2025-11-09T23:30:00Z', 'signup', '/join'),
    event('bob', '2025-11-09T23:40:00Z', 'view', '/a'),
    event('bob', '2025-11-09T23:41:00Z', 'view', '/b'),
    event('eve', '2025-11-11T10:00:00Z', 'signup', '/invite'),
    event('eve', '2025-11-18T10:00:00Z', 'view', '/a'),
    event(null, '2025-11-11T10:00:00Z', 'signup', '/join'),
  ]);
  app = buildDocumentedApp(database.pool, { clock: () => new Date('2025-11-19T12:00:00Z') }).app;
});
afterAll(() => database.drop());

const retention = {
  site_id: 'demo',
  date_range: ['2025-11-03', '2025-11-30'],
  period: 'week',
  first: { filters: [['is', 'event_type', ['signup']]] },
  returning: { filters: [['is', 'event_type', ['view']]] },
};
const journeys = { site_id: 'demo', date_range: ['2025-11-03', '2025-11-30'] };
const ask = (path: string, body: object) => request(app).post(`/api/v1/${path}`).send(body);
// Spreading a change over a body would lose a field called __proto__.
const changed = (body: object, change: object) =>
  Object.defineProperties({ ...body }, Object.getOwnPropertyDescriptors(change));

it('returns cohorts, marks the unfinished week, and leaves it out of the total', async () => {
  const { body } = await ask('retention', retention).expect(200);
  expect(body.periods).toEqual([
    { period: '2025-11-03', complete: true },
    { period: '2025-11-10', complete: true },
    { period: '2025-11-17', complete: false },
  ]);
  expect(body.cohorts).toEqual([
    { cohort: '2025-11-03', size: 2, returned: [1, 1, 0], percent: [50, 50, 0] },
    { cohort: '2025-11-10', size: 1, returned: [0, 1], percent: [0, 100] },
    { cohort: '2025-11-17', size: 0, returned: [0], percent: [null] },
  ]);
  expect(body.total).toEqual({ size: 3, sizes: [3, 2, 0], returned: [1, 1, 0], percent: [33.33, 50, null] });
  expect(body.meta).toMatchObject({ source: 'raw', site_known: false });
  expect(body.query).toEqual({
    ...{ site_id: 'demo', timezone: 'UTC', period: 'week', filters: [] },
    date_range: ['2025-11-03T00:00:00.000Z', '2025-12-01T00:00:00.000Z'],
    ...{ first: retention.first, returning: retention.returning },
  });
});

it('puts visitors into the week of their first event in the given time zone', async () => {
  const { body } = await ask('retention', { ...retention, timezone: 'Europe/Berlin' }).expect(200);
  expect(body.cohorts.map(({ size }: { size: number }) => size)).toEqual([1, 2, 0]);
  const sunday = await ask('retention', { ...retention, week_start: 'sunday' }).expect(200);
  expect(sunday.body.periods.map(({ period }: { period: string }) => period)).toEqual([
    '2025-11-02',
    '2025-11-09',
    '2025-11-16',
  ]);
  // The range has only six days of the first week.
  expect(sunday.body.periods[0].complete).toBe(false);
});

it('breaks cohorts down by a dimension of the first event', async () => {
  const sent = { ...retention, breakdown: 'event:page', breakdown_limit: 1, filters: [['is_set', 'user_id']] };
  const { body } = await ask('retention', sent).expect(200);
  expect(body.breakdown).toHaveLength(1);
  expect(body.breakdown[0]).toMatchObject({ value: '/join', total: { size: 2, sizes: [2, 2, 0] } });
  expect(body.query).toMatchObject({ breakdown: 'path', breakdown_limit: 1 });
});

it('supports months of different lengths, and days across a clock change', async () => {
  const months = { site_id: 'demo', period: 'month', date_range: ['2025-01-31', '2025-03-31'], timezone: 'UTC' };
  const { body } = await ask('retention', months).expect(200);
  expect(body.periods).toEqual([
    { period: '2025-01-01', complete: false },
    { period: '2025-02-01', complete: true },
    { period: '2025-03-01', complete: true },
  ]);
  const days = { site_id: 'demo', period: 'day', date_range: ['2025-10-25', '2025-10-27'], timezone: 'Europe/Berlin' };
  expect((await ask('retention', days).expect(200)).body.periods).toHaveLength(3);
});

it('leaves out a day that the zone skipped', async () => {
  const range = { date_range: ['2011-12-29', '2011-12-31'], timezone: 'Pacific/Apia', period: 'day', site_id: 'demo' };
  const { body } = await ask('retention', range).expect(200);
  expect(body.periods.map(({ period }: { period: string }) => period)).toEqual(['2011-12-29', '2011-12-31']);
});

it('has no cohorts for future periods', async () => {
  const { body } = await ask('retention', { ...retention, date_range: ['2025-12-01', '2025-12-31'] }).expect(200);
  expect(body).toMatchObject({ periods: [], cohorts: [], total: { size: 0, sizes: [] } });
});

it('returns journeys with their share of the visits that have one', async () => {
  const { body } = await ask('journeys', { ...journeys, steps: 2 }).expect(200);
  expect(body.journeys).toEqual([
    { steps: ['/a', '/b'], visits: 2, visitors: 2, percent: 66.67 },
    { steps: ['/a', null], visits: 1, visitors: 1, percent: 33.33 },
  ]);
  expect(body.total).toEqual({ visits: 3, visitors: 3 });
  const end = { filters: [['is', 'path', ['/b']]] };
  const before = await ask('journeys', { ...journeys, end }).expect(200);
  expect(before.body.journeys).toEqual([{ steps: [null, '/a', '/b'], visits: 2, visitors: 2, percent: 100 }]);
  expect(before.body.query).toMatchObject({ steps: 3, limit: 10, dimension: 'path', filters: [], end });
});

const broken = { filters: [['matches', 'path', ['(']]] };
const unknown = { filters: [['is', 'visitor', ['a']]] };
const deep = {
  filters: [
    Array(7)
      .fill('not')
      .reduceRight((inner) => ['not', inner], ['is', 'path', ['/']]),
  ],
};

describe('refusals of retention', () => {
  it.each([
    ['no site', { site_id: undefined }, 'site_id'],
    ['no range', { date_range: undefined }, 'date_range'],
    ['no period', { period: undefined }, 'period'],
    ['another period', { period: 'hour' }, 'period'],
    ['too many periods', { period: 'day', date_range: ['2025-01-01', '2025-10-31'] }, 'date_range'],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['a first event without filters', { first: { filters: [] } }, 'first.filters'],
    ['a first event that is a list', { first: [] }, 'first'],
    ['a first event with an unknown dimension', { first: unknown }, 'first.filters'],
    ['filters that are nested too deep', { first: deep }, 'first.filters'],
    ['a broken pattern for the first event', { first: broken }, 'first'],
    ['a broken pattern for the returning event', { returning: broken }, 'returning'],
    ['a broken pattern for all events', broken, 'filters'],
    ['an extra field in the returning event', { returning: { filters: [['is_set', 'path']], name: 'x' } }, 'returning'],
    ['a nested __proto__', { first: JSON.parse('{"filters":[["is_set","path"]],"__proto__":{}}') }, 'first.__proto__'],
    ['a breakdown by time', { breakdown: 'time:day' }, 'breakdown'],
    ['a breakdown by user', { breakdown: 'user_id' }, 'breakdown'],
    ['an empty breakdown', { breakdown: '' }, 'breakdown'],
    ['too many values', { breakdown: 'path', breakdown_limit: 51 }, 'breakdown_limit'],
    ['an unknown field', { steps: 2 }, 'steps'],
    ['a field called __proto__', JSON.parse('{"__proto__":{}}'), '__proto__'],
  ])('answers %s with 400 and the field', async (_name, change, field) => {
    const { body } = await ask('retention', changed(retention, change)).expect(400);
    expect(body.error.code).toBe('invalid_request');
    expect(body.error.details.field.startsWith(field)).toBe(true);
  });
});

describe('refusals of journeys', () => {
  const some = { filters: [['is', 'path', ['/']]] };
  it.each([
    ['no site', { site_id: undefined }, 'site_id'],
    ['no range', { date_range: undefined }, 'date_range'],
    ['one step', { steps: 1 }, 'steps'],
    ['seven steps', { steps: 7 }, 'steps'],
    ['steps that are text', { steps: '3' }, 'steps'],
    ['both start and end', { start: some, end: some }, 'end'],
    ['a start without filters', { start: {} }, 'start.filters'],
    ['an end with an unknown dimension', { end: unknown }, 'end.filters'],
    ['a broken pattern for the start', { start: broken }, 'start'],
    ['a broken pattern for the end', { end: broken }, 'end'],
    ['a broken pattern for all events', broken, 'filters'],
    ['another dimension', { dimension: 'referrer' }, 'dimension'],
    ['no rows', { limit: 0 }, 'limit'],
    ['too many rows', { limit: 1_001 }, 'limit'],
    ['an unknown field', { period: 'week' }, 'period'],
    ['a nested __proto__', { end: JSON.parse('{"filters":[["is_set","path"]],"__proto__":{}}') }, 'end.__proto__'],
  ])('answers %s with 400 and the field', async (_name, change, field) => {
    const { body } = await ask('journeys', changed(journeys, change)).expect(400);
    expect(body.error.code).toBe('invalid_request');
    expect(body.error.details.field.startsWith(field)).toBe(true);
  });
});
