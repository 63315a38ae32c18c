import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { storeEvents } from '../src/events/store-events.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('truncate events, sites'));

async function store(path: string, properties?: object) {
  const event = { site_id: 'demo', event_type: 'view', path, timestamp: '2025-11-14T10:00:00Z' };
  const result = validateEvent({ ...event, ...(properties && { properties }) }, Date.UTC(2026, 10, 23));
  if (!result.ok) throw new Error(result.message);
  expect(await storeEvents(database.pool, `[${serializeEvent(result.event)}]`)).toBe(1);
  const { rows } = await database.pool.query('select path, properties from events');
  await database.pool.query('truncate events');
  return [rows[0].path, rows[0].properties];
}

const rule = (rules: object) =>
  database.pool.query(
    `insert into sites (site_id, path_rules) values ('demo', $1) on conflict (site_id) do update set path_rules = $1`,
    [JSON.stringify(rules)],
  );

it.each([
  ['/pricing', '/pricing', null],
  ['/pricing/', '/pricing/', null],
  ['/pricing?utm_source=x', '/pricing', { query: 'utm_source=x' }],
  ['/pricing#top', '/pricing', null],
  ['https://shop.example/pricing', '/pricing', { hostname: 'shop.example' }],
  ['HTTP://User:pw@Shop.Example.:8080/pricing?a=1#x', '/pricing', { hostname: 'shop.example', query: 'a=1' }],
  ['https://shop.example', '/', { hostname: 'shop.example' }],
  ['https://shop.example?a=1', '/', { hostname: 'shop.example', query: 'a=1' }],
  ['https://shop.example#x', '/', { hostname: 'shop.example' }],
  ['https://[2001:db8::1]:8080/x', '/x', { hostname: '[2001:db8::1]' }],
  ['https://m\u00fcller.example/\u00fc', '/\u00fc', { hostname: 'xn--mller-kva.example' }],
  ['/a?b#c', '/a', { query: 'b' }],
  ['/a#b?c', '/a', null],
  ['/a?b?c=d&', '/a', { query: 'b?c=d&' }],
  ['/a?', '/a', null],
  ['/?p=12', '/', { query: 'p=12' }],
  ['/#/settings', '/', null],
  ['/login?to=https://x.example/y', '/login', { query: 'to=https://x.example/y' }],
  ['/https://x.example/y', '/https://x.example/y', null],
  ['//x', '//x', null],
  ['//x?y', '//x', { query: 'y' }],
  ['?x', '?x', null],
  ['#x', '#x', null],
  ['', '', null],
  ['screen?x#y', 'screen?x#y', null],
  ['app://screen/home?x', 'app://screen/home?x', null],
  ['/\u{1F600}?\u{1F600}=1', '/\u{1F600}', { query: '\u{1F600}=1' }],
])('by default, %j becomes %j with %j', async (path, page, properties) => {
  expect(await store(path)).toEqual([page, properties]);
});

it('keeps query and hostname from the client, and adds to its other properties', async () => {
  const mine = { query: 'mine', hostname: null, n: 9 };
  expect(await store('https://shop.example/?a', mine)).toEqual(['/', mine]);
  expect(await store('https://shop.example/?a', { n: 1 })).toEqual([
    '/',
    { n: 1, query: 'a', hostname: 'shop.example' },
  ]);
  const full = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, index]));
  expect(await store('/?a', full)).toEqual(['/', { ...full, query: 'a' }]);
});

it('keeps a query up to the length of a path', async () => {
  const query = '\u{1F600}'.repeat(2_046);
  expect(await store(`/?${query}`, { text: 'x'.repeat(8_000) })).toEqual(['/', { text: 'x'.repeat(8_000), query }]);
});

it.each([
  [{ strip_query: false }, '/a?b=1#c', '/a?b=1', null],
  [{ strip_fragment: false }, '/a?b=1#c', '/a#c', { query: 'b=1' }],
  [{ strip_fragment: false }, '/#/settings', '/#/settings', null],
  [{ strip_origin: false }, 'https://shop.example?b', 'https://shop.example/', { query: 'b' }],
  [
    { strip_origin: false, strip_query: false, strip_fragment: false },
    'https://a.example/x/?b#c',
    'https://a.example/x/?b#c',
    null,
  ],
  [{ trailing_slash: 'strip' }, '/pricing/', '/pricing', null],
  [{ trailing_slash: 'strip' }, '/pricing//?a#b', '/pricing', { query: 'a' }],
  [{ trailing_slash: 'strip', strip_fragment: false }, '/pricing/#b', '/pricing#b', null],
  [{ trailing_slash: 'strip' }, '/', '/', null],
  [{ trailing_slash: 'strip' }, '//', '/', null],
  [{ trailing_slash: 'strip' }, 'screen/', 'screen/', null],
  [{ trailing_slash: 'keep' }, '/pricing/', '/pricing/', null],
  [{ keep_params: ['p', 'q'] }, '/?q=2&utm_source=x&p=1', '/?p=1&q=2', { query: 'q=2&utm_source=x&p=1' }],
  [{ keep_params: ['p'] }, '/?p=2&x&p=1&pp=3', '/?p=2&p=1', { query: 'p=2&x&p=1&pp=3' }],
  [{ keep_params: ['p'] }, '/?x=1', '/', { query: 'x=1' }],
  [{ keep_params: ['p'] }, '/?p', '/?p', { query: 'p' }],
  [{ keep_params: ['p'], strip_query: false }, '/?x=1', '/?x=1', null],
])('with %j, %j becomes %j with %j', async (rules, path, page, properties) => {
  await rule(rules);
  expect(await store(path)).toEqual([page, properties]);
});

it('applies the rules of each site in a batch, and changes from the next event on', async () => {
  await rule({ strip_query: false });
  const events = ['demo', 'other'].map((site_id, index) => ({
    ...{ site_id, event_type: 'view', path: '/a?b', timestamp: '2025-11-14T10:00:00Z' },
    event_id: `0190a5b0-7c3d-7000-8000-00000000000${index}`,
  }));
  const paths = async () => {
    await storeEvents(database.pool, JSON.stringify(events));
    return (await database.pool.query('select path from events order by site_id')).rows.map(({ path }) => path);
  };
  expect(await paths()).toEqual(['/a?b', '/a']);
  await rule({});
  expect(await paths()).toEqual(['/a?b', '/a']);
  await database.pool.query('truncate events');
  expect(await paths()).toEqual(['/a', '/a']);
});
