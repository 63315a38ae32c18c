/** Small cases of retention and journeys that the engine and plain SQL must answer alike. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import type { JourneysParams } from '@millrace/reporting/journeys/journey';
import { readJourneys } from '@millrace/reporting/journeys/read-journeys';
import type { Filter } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { readReturns } from '@millrace/reporting/retention/read-returns';
import type { ReturnsParams, ReturnTable } from '@millrace/reporting/retention/return-table';
import { answerJourneys } from '@millrace/reporting/segments/answer-journeys';
import { answerRetention } from '@millrace/reporting/segments/answer-retention';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';

const now = new Date('2026-11-10T12:07:00Z');

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-10', '2026-11']);
  engine = createSegmentEngine({ threads: 2, cacheMb: 8 }, silent);
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

let sites = 0;
let ids = 0;
type Given = [user: string | undefined, time: string, path: string, event_type?: string];

const store = (site_id: string, events: Given[]) =>
  insertEvents(
    database.pool,
    JSON.stringify(
      events.map(([user_id, timestamp, path, event_type = 'view']) => {
        ids += 1;
        const event_id = `0190a5b0-7c3d-7000-8000-${String(ids).padStart(12, '0')}`;
        return { site_id, timestamp, event_id, event_type, path, ...(user_id && { user_id }) };
      }),
    ),
  );

/** A site with rolled events and late ones that are not rolled. */
async function siteOf(rolled: Given[], late: Given[] = []): Promise<string> {
  sites += 1;
  const siteId = `site-${sites}`;
  await store(siteId, rolled);
  await rollSite(database.pool, siteId, { now });
  if (late.length > 0) await store(siteId, late);
  return siteId;
}

/** The engine's answer, checked against plain SQL. */
async function returns(params: Omit<ReturnsParams, 'breakdownLimit'>) {
  const whole = { breakdownLimit: 10, ...params };
  return inSnapshot(database.pool, async (client) => {
    const { source: _source, ...answer } = (await answerRetention(client, engine, whole, {}))!;
    expect(await readReturns(client, whole)).toEqual(answer);
    return answer;
  });
}

async function journeys(params: Omit<JourneysParams, 'dimension' | 'limit'> & Partial<JourneysParams>) {
  const whole = { dimension: 'path' as const, limit: 10, ...params };
  return inSnapshot(database.pool, async (client) => {
    const { source: _source, ...answer } = (await answerJourneys(client, engine, whole, {}))!;
    expect(await readJourneys(client, whole)).toEqual(answer);
    return { ...answer, rows: answer.journeys.map(({ steps, visits, visitors }) => [steps, visits, visitors]) };
  });
}

const days = (...list: string[]) => list.map((day) => new Date(`${day}T00:00:00Z`));
const shown = ({ sizes, returned }: ReturnTable) => ({ sizes: [...sizes], returned: [...returned] });
const ofType = (type: string): Filter => ({ op: 'is', dimension: 'event_type', values: [type] });
const onPath = (...values: string[]): Filter => ({ op: 'is', dimension: 'path', values });

it('counts a visitor as returned after a later event, also in the same period, but not after one at the same instant', async () => {
  const siteId = await siteOf([
    ['ada', '2026-11-02T10:00:00.000001Z', '/'],
    ['ada', '2026-11-02T10:00:00.000002Z', '/'],
    ['bob', '2026-11-02T10:00:00Z', '/'],
    ['bob', '2026-11-02T10:00:00Z', '/b'],
    ['bob', '2026-11-03T00:00:00Z', '/'],
    ['eve', '2026-11-02T23:59:59.999Z', '/'],
    [undefined, '2026-11-02T10:00:00Z', '/'],
    [undefined, '2026-11-03T10:00:00Z', '/'],
  ]);
  const { total } = await returns({ siteId, bounds: days('2026-11-02', '2026-11-03', '2026-11-04') });
  expect(shown(total)).toEqual({ sizes: [3, 0], returned: [1, 1, 0, 0] });
});

it('starts with the first matching event in the range, and ignores earlier ones', async () => {
  const siteId = await siteOf([
    ['ada', '2026-11-01T23:59:59Z', '/', 'signup'],
    ['ada', '2026-11-02T10:00:00Z', '/', 'payment'],
    ['ada', '2026-11-03T10:00:00Z', '/', 'signup'],
    ['ada', '2026-11-04T10:00:00Z', '/', 'payment'],
    ['ada', '2026-11-05T00:00:00Z', '/', 'payment'],
    ['bob', '2026-11-03T10:00:00Z', '/', 'payment'],
  ]);
  const bounds = days('2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05');
  const { total } = await returns({ siteId, bounds, first: ofType('signup'), returning: ofType('payment') });
  expect(shown(total)).toEqual({ sizes: [0, 1, 0], returned: [0, 0, 0, 0, 0, 1, 0, 0, 0] });
});

it('moves a visitor to an earlier cohort when an earlier event arrives late, and handles users without a number', async () => {
  const siteId = await siteOf(
    [
      ['ada', '2026-11-03T10:00:00Z', '/'],
      ['bob', '2026-11-03T10:00:00Z', '/'],
    ],
    [
      ['ada', '2026-11-02T10:00:00Z', '/'],
      ['new', '2026-11-02T11:00:00Z', '/'],
      ['new', '2026-11-03T11:00:00Z', '/'],
    ],
  );
  const { total } = await returns({ siteId, bounds: days('2026-11-02', '2026-11-03', '2026-11-04') });
  expect(shown(total)).toEqual({ sizes: [2, 1], returned: [0, 2, 0, 0] });
});

it('breaks cohorts down by the value of the first event, with the lowest id at the same instant', async () => {
  const siteId = await siteOf([
    ['ada', '2026-11-02T10:00:00Z', '/z'],
    ['ada', '2026-11-02T10:00:00Z', '/a'],
    ['ada', '2026-11-02T11:00:00Z', '/a'],
    ['bob', '2026-11-02T10:00:00Z', '/a'],
    ['eve', '2026-11-02T10:00:00Z', '/é'],
  ]);
  const { total, byValue } = await returns({
    siteId,
    bounds: days('2026-11-02', '2026-11-03'),
    breakdown: 'path',
  });
  expect(shown(total)).toEqual({ sizes: [3], returned: [1] });
  expect(byValue.map(({ value, table }) => [value, shown(table)])).toEqual([
    ['/a', { sizes: [1], returned: [0] }],
    ['/z', { sizes: [1], returned: [1] }],
    ['/é', { sizes: [1], returned: [0] }],
  ]);
});

const day = (from: string, to: string) => ({ from: new Date(from), to: new Date(to) });
const second = day('2026-11-02T00:00:00Z', '2026-11-03T00:00:00Z');

const visits: Given[] = [
  ['ada', '2026-11-02T10:00:00Z', '/'],
  ['ada', '2026-11-02T10:01:00Z', '/'],
  ['ada', '2026-11-02T10:02:00Z', '/click', 'click'],
  ['ada', '2026-11-02T10:03:00Z', '/pricing'],
  ['ada', '2026-11-02T10:04:00Z', '/'],
  ['ada', '2026-11-02T12:00:00Z', '/'],
  ['bob', '2026-11-02T10:00:00Z', '/'],
  ['bob', '2026-11-02T10:05:00Z', '/pricing'],
  ['bob', '2026-11-02T10:06:00Z', '/buy'],
  ['bob', '2026-11-02T10:07:00Z', '/pricing'],
  [undefined, '2026-11-02T10:00:00Z', '/'],
];

it('follows visits from their first page, merges repeats, and leaves the steps after their end empty', async () => {
  const siteId = await siteOf(visits);
  const { rows, total } = await journeys({ siteId, range: second, steps: 3 });
  expect(rows).toEqual([
    [['/', '/pricing', '/'], 1, 1],
    [['/', '/pricing', '/buy'], 1, 1],
    [['/', null, null], 1, 1],
  ]);
  expect(total).toEqual({ visits: 3, visitors: 2 });
  const pairs = await journeys({ siteId, range: second, steps: 2, limit: 1 });
  expect(pairs.rows).toEqual([[['/', '/pricing'], 2, 2]]);
  expect(pairs.total).toEqual({ visits: 3, visitors: 2 });
});

it('starts at the requested first page and ends at the requested last page', async () => {
  const siteId = await siteOf(visits);
  const mark = onPath('/pricing');
  const from = await journeys({ siteId, range: second, steps: 3, mark: { at: 'start', filter: mark } });
  expect(from.rows).toEqual([
    [['/pricing', '/', null], 1, 1],
    [['/pricing', '/buy', '/pricing'], 1, 1],
  ]);
  const to = await journeys({ siteId, range: second, steps: 3, mark: { at: 'end', filter: mark } });
  expect(to.rows).toEqual([
    [['/pricing', '/buy', '/pricing'], 1, 1],
    [[null, '/', '/pricing'], 1, 1],
  ]);
  expect(to.total).toEqual({ visits: 2, visitors: 2 });
});

it('takes steps by event type from all events that match the filters', async () => {
  const siteId = await siteOf(visits);
  const types = await journeys({ siteId, range: second, steps: 3, dimension: 'event_type' });
  expect(types.rows).toEqual([
    [['view', null, null], 2, 2],
    [['view', 'click', 'view'], 1, 1],
  ]);
  const filtered = await journeys({
    siteId,
    range: second,
    steps: 2,
    filter: { op: 'not', filter: onPath('/pricing') },
  });
  expect(filtered.rows).toEqual([
    [['/', null], 2, 1],
    [['/', '/buy'], 1, 1],
  ]);
});

it('keeps a visit whole over midnight, but counts only its steps in the range', async () => {
  const siteId = await siteOf(
    [
      ['ada', '2026-11-01T23:50:00Z', '/before'],
      ['ada', '2026-11-02T00:00:00Z', '/a'],
      ['ada', '2026-11-02T23:59:59.999Z', '/b'],
      ['ada', '2026-11-03T00:00:00Z', '/after'],
      ['eve', '2026-11-02T10:00:00Z', '/a'],
      ['eve', '2026-11-02T10:00:00Z', '/b'],
      ['eve', '2026-11-02T10:20:00Z', '/d'],
    ],
    [['eve', '2026-11-02T10:10:00Z', '/c']],
  );
  const { rows } = await journeys({ siteId, range: second, steps: 4 });
  expect(rows).toEqual([
    [['/a', '/b', '/c', '/d'], 1, 1],
    [['/a', null, null, null], 1, 1],
    [['/b', null, null, null], 1, 1],
  ]);
  const whole = await journeys({
    siteId,
    range: second,
    steps: 2,
    filter: { op: 'is', dimension: 'entry_page', values: ['/before'] },
  });
  expect(whole.rows).toEqual([[['/a', null], 1, 1]]);
});

it('returns nothing for a range without events', async () => {
  const siteId = await siteOf(visits);
  const range = day('2026-11-05T00:00:00Z', '2026-11-06T00:00:00Z');
  expect(await journeys({ siteId, range, steps: 2 })).toMatchObject({ rows: [], total: { visits: 0, visitors: 0 } });
  const { total } = await returns({ siteId, bounds: days('2026-11-05', '2026-11-06'), breakdown: 'path' });
  expect(shown(total)).toEqual({ sizes: [0], returned: [0] });
});
