import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { consumeAggregation } from '../../src/aggregations/consume-aggregations.js';
import { storeEvents } from '../../src/events/store-events.js';
import { localDate, percent, periodStart, round } from './plain-aggregates.js';
import { randomEvents, type TestEvent, uuidOf } from './random-events.js';

const now = new Date('2026-11-20T10:00:00Z');
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.empty();
  await database.pool.query(`insert into sites (site_id, timezone) values ('demo', 'America/New_York')`);
});
afterAll(() => database.drop());

const run = (periodType: string, period: string) =>
  consumeAggregation(
    database.pool,
    'tournaments',
    { site_id: 'demo', periodType, period, at: now.toISOString() } as never,
    { now, onProgress: () => {} },
  );
const read = async () =>
  (
    await database.pool.query(
      `select created, completed, completion_rate::float as rate, total_players::int as players, average_players::float as average,
        average_duration::float as minutes, most_popular_format as format,
        (select coalesce(jsonb_object_agg(key, value::float), '{}') from jsonb_each_text(revenue)) as revenue
      from tournament_aggregates order by period_start`,
    )
  ).rows;

function event(type: string, at: string, properties: object): TestEvent {
  const timestamp = `2026-10-${at}:00Z`;
  const event_id = uuidOf(`${type} ${at} ${JSON.stringify(properties)}`);
  return {
    site_id: 'demo',
    event_type: `tournament_${type}`,
    timestamp,
    event_id,
    path: '',
    properties: { ...properties },
  };
}

it('counts a tournament once, by its latest event of each kind', async () => {
  const a = { tournament_id: 'a', format: 'league', players: 10 };
  await storeEvents(
    database.pool,
    JSON.stringify([
      event('created', '05T10:00', a),
      event('created', '05T11:00', { ...a, players: 12 }),
      event('created', '06T10:00', { tournament_id: 'b', format: 'swiss', players: 3 }),
      event('created', '07T10:00', { tournament_id: 'c', format: 'swiss', players: 'many' }),
      event('completed', '08T10:00', {
        ...a,
        players: 8,
        format: 'knockout',
        duration_minutes: 90,
        revenue: '10.50',
        currency: 'EUR',
      }),
      event('completed', '08T11:00', { tournament_id: 'z', format: 'knockout', players: 1, duration_minutes: 30.5 }),
    ]),
  );
  await run('month', '2026-10-15');
  await run('month', '2026-10-15');
  expect(await read()).toEqual([
    {
      created: 3,
      completed: 2,
      rate: 66.6667,
      players: 12,
      average: 4,
      minutes: 60.25,
      format: 'knockout',
      revenue: { EUR: 10.5 },
    },
  ]);
});

it('has no rate if nothing was created, and no row if nothing happened', async () => {
  const z = { tournament_id: 'z', format: 'knockout', players: 1, duration_minutes: 30 };
  await storeEvents(database.pool, JSON.stringify([event('completed', '08T11:00', z)]));
  await run('day', '2026-10-08');
  await run('day', '2026-10-09');
  expect(await read()).toMatchObject([{ created: 0, completed: 1, rate: null }]);
  await database.pool.query('delete from events');
  await run('day', '2026-10-08');
  expect(await read()).toEqual([]);
});

/** The last event of each kind and tournament, computed event by event. */
function plain(events: TestEvent[]): object {
  const kinds = { created: new Map<string, TestEvent>(), completed: new Map<string, TestEvent>() };
  const sorted = [...events].sort(
    (a, b) => a.timestamp.localeCompare(b.timestamp) || a.event_id.localeCompare(b.event_id),
  );
  for (const event of sorted) {
    const kind = event.event_type === 'tournament_created' ? 'created' : 'completed';
    kinds[kind].set(String(event.properties!.tournament_id), event);
  }
  const all = [...new Map([...kinds.created, ...kinds.completed]).values()].map(({ properties }) => properties!);
  const done = [...kinds.completed.values()].map(({ properties }) => properties!);
  const players = all.reduce((sum, properties) => sum + Number(properties.players), 0);
  const minutes = done.reduce((sum, properties) => sum + Number(properties.duration_minutes), 0);
  const formats = new Map<string, number>();
  for (const { format } of all) formats.set(String(format), (formats.get(String(format)) ?? 0) + 1);
  const [popular] = [...formats].sort(([a, x], [b, y]) => y - x || a.localeCompare(b))[0]!;
  const revenue: Record<string, number> = {};
  for (const { revenue: earned, currency } of done) {
    if (earned !== undefined) revenue[String(currency)] = round((revenue[String(currency)] ?? 0) + Number(earned), 2);
  }
  return {
    created: kinds.created.size,
    completed: kinds.completed.size,
    rate: percent(kinds.completed.size, kinds.created.size),
    players,
    average: round(players / all.length),
    minutes: done.length === 0 ? null : round(minutes / done.length),
    format: popular,
    revenue,
  };
}

it.each(['week', 'month', 'quarter', 'year'])('matches random events, by %s', async (type) => {
  const span = [Date.UTC(2026, 0, 1), Date.UTC(2026, 10, 20)] as const;
  const events = randomEvents(createRandom(3), 'demo', 1_500, ...span);
  await storeEvents(database.pool, JSON.stringify(events));
  const groups = new Map<string, TestEvent[]>();
  for (const given of events.filter(({ event_type }) => event_type.startsWith('tournament_'))) {
    const start = periodStart(localDate(given.timestamp, 'America/New_York'), type);
    groups.set(start, [...(groups.get(start) ?? []), given]);
  }
  const starts = [...groups.keys()].sort();
  for (const start of starts) await run(type, start);
  expect(await read()).toEqual(starts.map((start) => plain(groups.get(start)!)));
});
