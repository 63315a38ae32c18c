/** Both insert statements store the same rows, and the plain one is never used where rules apply. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureMonths } from '../src/events/ensure-partitions.js';
import { insertEvents } from '../src/events/insert-events.js';
import { isPlainBatch } from '../src/events/plain-batch.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-11']);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('truncate events, sites, rollup_marks, event_duplicates, clocked_events');
  await database.pool.query(`insert into sites (site_id, path_rules) values ('a', null),
    ('b', '{"trailing_slash":"strip","keep_params":["p"]}'),
    ('c', '{"strip_query":false,"strip_origin":false,"strip_fragment":false}')`);
});

const pieces = [
  '/',
  '/a',
  'b',
  '?',
  '#',
  '://',
  ':',
  'https://shop.example',
  '&p=1',
  '\\',
  '"',
  '\n',
  'é',
  '😀',
  ' ',
  '//',
];

function randomEvents(seed: number, count: number, most: number) {
  const { below, pick } = createRandom(seed);
  return Array.from({ length: count }, (_, index) => ({
    site_id: pick(['a', 'b', 'c']),
    timestamp: new Date(Date.UTC(2026, 10, 1 + below(20), below(24))).toISOString(),
    event_id: `0190a5b0-7c3d-7000-8000-${String(index).padStart(12, '0')}`,
    event_type: 'view',
    path: Array.from({ length: 1 + below(most) }, () => pick(pieces)).join(''),
    ...(below(2) > 0 && { user_id: `u${below(9)}`, properties: { n: below(9), path: 'x' } }),
  }));
}

/** The same JSON with an escape that makes the check inconclusive. */
const inDoubt = (text: string) => text.replace('"site_id"', '"s\\u0069te_id"');

async function rows(): Promise<unknown[]> {
  const { rows } = await database.pool.query(`select to_jsonb(stored) as row from (
    select site_id, event_id::text, timestamp::text, event_type, path, user_id, properties::text from events
    union all select site_id, 'mark', interval_start::text, '', '', '', '' from rollup_marks
    union all select site_id, 'duplicates', '', duplicates::text, '', '', '' from event_duplicates) as stored order by 1`);
  return rows;
}

it('both statements store the same rows', async () => {
  const plain = randomEvents(1, 400, 3).filter((event) => isPlainBatch(JSON.stringify([event])));
  expect(plain.length).toBeGreaterThan(50);
  const sent = JSON.stringify([...plain, ...plain.slice(0, 5)]);
  expect(isPlainBatch(sent)).toBe(true);
  expect(isPlainBatch(inDoubt(sent))).toBe(false);
  const [stored, first] = [await insertEvents(database.pool, sent), await rows()];
  await database.pool.query('truncate events, rollup_marks, event_duplicates');
  expect(await insertEvents(database.pool, inDoubt(sent))).toBe(stored);
  expect(stored).toBe(plain.length);
  expect(await rows()).toEqual(first);
});

it('no event that rules change counts as plain', async () => {
  const events = randomEvents(2, 3_000, 6);
  await insertEvents(database.pool, inDoubt(JSON.stringify(events)));
  const { rows: stored } = await database.pool.query('select event_id, path, properties from events order by event_id');
  expect(stored).toHaveLength(events.length);
  let changed = 0;
  stored.forEach(({ path, properties }, index) => {
    const event = events[index]!;
    const isSame = path === event.path && JSON.stringify(properties) === JSON.stringify(event.properties ?? null);
    if (isSame) return;
    changed += 1;
    for (const text of [JSON.stringify([event]), JSON.stringify([event], null, 2)]) {
      expect(isPlainBatch(text), text).toBe(false);
    }
  });
  expect(changed).toBeGreaterThan(200);
});

it.each([
  ['{"path":"/a"}', true],
  ['{"path":"/"}', true],
  ['{"path":"screen/home","referrer":"https://x.example/?a#b"}', true],
  ['{"path":"/a","properties":{"name":"a\\"b\\n?"}}', true],
  ['{"path":"/a/"}', false],
  ['{"path" :\n "/a?b"}', false],
  ['{"p\\u0061th":"/a?b"}', false],
  ['{"path":"\\/a"}', false],
  ['{"path":"/a\\u003fb"}', false],
  ['{"path":"/a","client_time":"2026-11-01T00:00:00Z"}', false],
  ['{"path":"/a","client\\u005ftime":"2026-11-01T00:00:00Z"}', false],
])('%s is plain: %s', (text, isPlain) => {
  expect(isPlainBatch(`[${text}]`)).toBe(isPlain);
});
