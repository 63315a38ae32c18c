/** Users per step of a funnel, compared with a search through all combinations of events. */

import { addPartition } from '@millrace/shared/testing/add-partition';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Funnel } from '../src/funnel/funnel.js';
import { readFunnel } from '../src/funnel/read-funnel.js';
import { walkFunnel } from '../src/funnel/walk-funnel.js';
import type { Filter } from '../src/query/resolved-query.js';
import { inSnapshot } from '../src/reading/in-snapshot.js';
import { isMatch } from './naive-answer.js';
import { randomEvents, type StoredEvent, storeEvents } from './random-events.js';

const minute = 60_000;
const from = new Date('2025-11-14T00:00:00Z');
const to = new Date(from.getTime() + 60 * minute);
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await addPartition(database.pool, '2025-01-01', '2026-01-01');
});
afterAll(() => database.drop());

const typeIs = (type: string): Filter => ({ op: 'is', dimension: 'event_type', values: [type] });
const read = async (funnel: Funnel) =>
  (await inSnapshot(database.pool, (client) => readFunnel(client, funnel))).total.users;

/** Tries every event for every step: each event once, none earlier than the one before it. */
function reaches(events: StoredEvent[], steps: Filter[], windowMs: number, start?: Date, last?: Date): boolean {
  const [step, ...rest] = steps;
  if (!step) return true;
  return events.some((event) => {
    const { timestamp } = event;
    if (!isMatch(event, step)) return false;
    if (last && (timestamp < last || timestamp.getTime() - start!.getTime() > windowMs)) return false;
    const others = events.filter((other) => other !== event);
    return reaches(others, rest, windowMs, start ?? timestamp, timestamp);
  });
}

function naiveFunnel(events: StoredEvent[], { range, filter, steps, windowMs }: Funnel): number[] {
  const counted = events.filter(
    (event) => event.timestamp >= range.from && event.timestamp < range.to && (!filter || isMatch(event, filter)),
  );
  const names = [...new Set(counted.flatMap(({ user_id }) => user_id ?? []))];
  const users = names.map((name) => counted.filter(({ user_id }) => user_id === name));
  return steps.map((_step, index) => users.filter((own) => reaches(own, steps.slice(0, index + 1), windowMs)).length);
}

it('counts the users of each step like a search through all combinations', async () => {
  const random = createRandom(3);
  const oneOf = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
  const choices: Filter[] = [
    typeIs('view'),
    typeIs('click'),
    { op: 'contains', dimension: 'path', values: ['a'] },
    { op: 'is', dimension: 'property:plan', values: ['pro', 'free'] },
    { op: 'not', filter: { op: 'is', dimension: 'profile_id', values: [null] } },
    { op: 'is_not', dimension: 'path', values: ['/'] },
  ];
  const lost: number[] = [];
  for (let round = 0; round < 60; round += 1) {
    const siteId = `random-${round}`;
    const events = randomEvents(
      round,
      10 + Math.floor(random() * 70),
      new Date(from.getTime() - 5 * minute),
      70 * minute,
    );
    await storeEvents(database.pool, siteId, events);
    const funnel: Funnel = {
      siteId,
      range: { from, to },
      ...(random() < 0.3 && { filter: oneOf(choices) }),
      steps: Array.from({ length: 2 + Math.floor(random() * 5) }, () => oneOf(choices)),
      windowMs: oneOf([1, 3, 10, 30, 1_000]) * minute,
    };
    const users = await read(funnel);
    expect({ round, users }).toEqual({ round, users: naiveFunnel(events, funnel) });
    lost.push(users[0]! - users.at(-1)!);
  }
  // The comparison is only meaningful if some users are lost and some are not.
  expect(new Set(lost).size).toBeGreaterThan(3);
});

const seconds = (offset: number) => new Date(from.getTime() + offset * 1_000);
const event = (user_id: string | null, offset: number, event_type: string): StoredEvent => ({
  timestamp: seconds(offset),
  event_type,
  path: '/',
  user_id,
  profile_id: null,
  referrer: null,
  properties: null,
});

it.each<[string, [number, string][], number[]]>([
  [
    'events in order',
    [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ],
    [1, 1, 1],
  ],
  [
    'events in the wrong order',
    [
      [0, 'c'],
      [1, 'b'],
      [2, 'a'],
    ],
    [1, 0, 0],
  ],
  [
    'one instant for two steps',
    [
      [0, 'b'],
      [0, 'a'],
      [1, 'c'],
    ],
    [1, 1, 1],
  ],
  [
    'one instant for all steps, in another order',
    [
      [5, 'c'],
      [5, 'a'],
      [5, 'b'],
    ],
    [1, 1, 1],
  ],
  [
    'a first step at the same instant as the last one, and the second in between',
    [
      [0, 'a'],
      [1, 'b'],
      [1, 'a'],
      [10, 'c'],
    ],
    [1, 1, 1],
  ],
  [
    'two steps at the end of the window',
    [
      [0, 'a'],
      [10, 'c'],
      [10, 'b'],
    ],
    [1, 1, 1],
  ],
  [
    'two steps just outside the window',
    [
      [0, 'a'],
      [11, 'c'],
      [11, 'b'],
    ],
    [1, 0, 0],
  ],
  [
    'the last event exactly at the end of the window',
    [
      [0, 'a'],
      [5, 'b'],
      [10, 'c'],
    ],
    [1, 1, 1],
  ],
  [
    'the last event a second later',
    [
      [0, 'a'],
      [5, 'b'],
      [11, 'c'],
    ],
    [1, 1, 0],
  ],
  [
    'a second attempt that is in time',
    [
      [0, 'a'],
      [9, 'a'],
      [10, 'b'],
      [18, 'c'],
    ],
    [1, 1, 1],
  ],
  [
    'a second step before the second first step',
    [
      [0, 'a'],
      [1, 'b'],
      [9, 'a'],
      [12, 'c'],
    ],
    [1, 1, 0],
  ],
  [
    'other events in between',
    [
      [0, 'a'],
      [1, 'x'],
      [2, 'b'],
      [3, 'x'],
      [4, 'c'],
    ],
    [1, 1, 1],
  ],
])('a user with %s', async (name, own, users) => {
  const list = own.map(([offset, type]) => event('ada', offset, type));
  await storeEvents(database.pool, name.replaceAll(' ', '-'), [...list, event(null, 0, 'a'), event(null, 1, 'b')]);
  const steps = ['a', 'b', 'c'].map(typeIs);
  expect(await read({ siteId: name.replaceAll(' ', '-'), range: { from, to }, steps, windowMs: 10_000 })).toEqual(
    users,
  );
});

it('uses each event for one step only, even if steps are the same', async () => {
  await storeEvents(database.pool, 'same', [event('one', 0, 'a'), event('two', 0, 'a'), event('two', 1, 'a')]);
  const steps = [typeIs('a'), typeIs('a'), typeIs('a')];
  expect(await read({ siteId: 'same', range: { from, to }, steps, windowMs: 10_000 })).toEqual([2, 1, 0]);
});

it('uses each event for one step only, even if simultaneous events match several', async () => {
  const of = (types: string[]): Filter => ({ op: 'is', dimension: 'event_type', values: types });
  const steps = [of(['a', 'b']), of(['b', 'c']), of(['b'])];
  // Two events for three steps; then three of which only one fits the last two; then three that fit, one each.
  await storeEvents(database.pool, 'sets', [
    ...['a', 'b'].map((type) => event('two', 0, type)),
    ...['a', 'a', 'b'].map((type) => event('same', 0, type)),
    ...['b', 'c', 'b'].map((type) => event('three', 0, type)),
  ]);
  expect(await read({ siteId: 'sets', range: { from, to }, steps, windowMs: 10_000 })).toEqual([3, 3, 1]);
});

it('keeps no more simultaneous events than there are steps', () => {
  const reached: number[] = [];
  const rules = { steps: 3, windowMicros: 1_000, startsBefore: 1 };
  const walk = walkFunnel(rules, (user) => reached.push(user.reached));
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 20_000_000; count += 1) walk.add('ada', 0, 0b101, 0);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000);
  walk.add('ada', 0, 0b010, 0);
  walk.end();
  expect(reached).toEqual([3]);
});

it('counts like the search if most events are simultaneous and match several steps', async () => {
  const random = createRandom(11);
  const oneOf = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
  const letters = ['a', 'b', 'c', 'd'];
  const reached: number[] = [];
  for (let round = 0; round < 150; round += 1) {
    const siteId = `ties-${round}`;
    const events = Array.from({ length: 4 + Math.floor(random() * 24) }, () =>
      event(oneOf(['u', 'v', 'w', 'x']), Math.floor(random() * oneOf([1, 3, 8])), oneOf(letters)),
    );
    await storeEvents(database.pool, siteId, events);
    const step = (): Filter => ({
      op: 'is',
      dimension: 'event_type',
      values: letters.filter((_letter, index) => index === 0 || random() < 0.3),
    });
    const rotated = (): Filter => (random() < 0.5 ? step() : typeIs(oneOf(letters)));
    const funnel: Funnel = {
      siteId,
      range: { from, to },
      steps: Array.from({ length: 2 + Math.floor(random() * (round % 10 === 0 ? 7 : 4)) }, rotated),
      windowMs: oneOf([1, 2, 5, 60]) * 1_000,
    };
    const users = await read(funnel);
    expect({ round, users }).toEqual({ round, users: naiveFunnel(events, funnel) });
    reached.push(users[0]! - users.at(-1)!);
  }
  expect(new Set(reached).size).toBeGreaterThan(3);
});

it('ignores events outside the range', async () => {
  await storeEvents(database.pool, 'range', [
    event('ada', -1, 'a'),
    event('ada', 0, 'b'),
    event('eve', 0, 'a'),
    event('eve', 5, 'b'),
  ]);
  const steps = [typeIs('a'), typeIs('b')];
  const range = { from, to: seconds(5) };
  expect(await read({ siteId: 'range', range, steps, windowMs: 10_000 })).toEqual([1, 0]);
});

it('groups a user by the event with the lowest id if several simultaneous ones match the first step', async () => {
  const events = Array.from({ length: 3_000 }, (_, index) => ({
    ...event(`user ${index % 4}`, 0, 'a'),
    path: `/${index}`,
  }));
  await storeEvents(database.pool, 'instant', events);
  const funnel: Funnel = {
    ...{ siteId: 'instant', range: { from, to }, windowMs: 10_000 },
    ...{ steps: [typeIs('a'), typeIs('b')], breakdown: 'path' },
  };
  const { byValue, textOf } = await inSnapshot(database.pool, (client) => readFunnel(client, funnel));
  expect([...byValue.keys()].map(textOf).sort()).toEqual(['/0', '/1', '/2', '/3']);
});

describe('more events than are fetched at once', () => {
  const steps = [typeIs('a'), typeIs('b'), typeIs('c')];
  const funnel: Funnel = { siteId: 'many', range: { from, to }, steps, windowMs: 10_000 };
  beforeAll(async () => {
    // Each user has 50 events a second apart; every third user only reaches the first step, the next one the second.
    const own = (user: number) =>
      Array.from({ length: 50 }, (_, index) => {
        const isSecond = index === 10 && user % 3 > 0;
        const isThird = index === 15 && user % 3 > 1;
        return event(`user ${user}`, index, isSecond ? 'b' : isThird ? 'c' : 'a');
      });
    const users = Array.from({ length: 375 }, (_, user) => own(user));
    const midnight = Array.from({ length: 12_000 }, (_, index) => event('crowd', 0, index === 7_000 ? 'b' : 'a'));
    await storeEvents(database.pool, 'many', [...users.flat(), ...midnight]);
  });

  it('are counted as if they were fetched together, even within one user and one instant', async () => {
    expect(await read(funnel)).toEqual([376, 251, 125]);
  });
  it('are read no further when the caller has left', async () => {
    const reading = inSnapshot(database.pool, (client) => readFunnel(client, funnel, AbortSignal.abort()));
    await expect(reading).rejects.toMatchObject({ code: 'query_timeout' });
  });
});
