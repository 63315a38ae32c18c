import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSplitter, type Piece } from '../../src/segments/split-properties.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const strings = [
  ...[
    '',
    ' ',
    'null',
    'true',
    '12',
    '{}',
    '[]',
    '{"a": 1}',
    '["x", null]',
    '"quoted"',
    '"',
    '""',
    '\\',
    '\\\\',
    '\\"',
    '\\\\"',
    '",',
    '": "',
  ],
  ...['\n', '\t', '\b\f\r', '\u0001\u001f\u007f', '\u2028\u2029', '\\u0041', 'a\\nb', '}', ']', '},', '{"', ', "b": 2'],
  ...[
    'ünlü',
    'Ελληνικά',
    'кириллица',
    'עברית',
    'العربية',
    'हिन्दी',
    '漢字',
    '한글',
    'ไทย',
    '😀👩‍👩‍👧',
    '\u{10ffff}',
    '\ufeff',
    'e\u0301',
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(3_000), `${'\\'.repeat(999)}"`],
].map((text) => JSON.stringify(text));
const numbers = [
  '0',
  '-0',
  '1',
  '-1.50',
  '1e400',
  '-1E+400',
  '1e-400',
  '12345678901234567890.123456789012345678900',
  '0.10',
  '1E2',
];
const others = ['true', 'false', 'null', '{}', '[]', '[[], {}]', '{"": {"": [null]}}', '[1, "]", {"}": "{"}]'];

function randomValue(random: Random, depth = 0): string {
  if (depth > 3 || random() < 0.7) return random.pick([...strings, ...numbers, ...others]);
  const parts = Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
  if (random() < 0.5) return `[${parts.join(',')}]`;
  return `{${parts.map((part) => `${random.pick(strings)}: ${part}`).join(', ')}}`;
}

function randomObject(random: Random): string {
  const entries = Array.from({ length: random.below(8) }, () => `${random.pick(strings)}:${randomValue(random)}`);
  return `{${entries.join(',')}}`;
}

const splitByPostgres = `select properties::text as json, (
    select coalesce(json_agg(json_build_array(key, value)), '[]') from jsonb_each_text(properties) where value is not null) as found
  from unnest($1::jsonb[]) with ordinality as given(properties, place) order by place`;

const textOf = ({ bytes, start, end }: Piece) => bytes.toString('utf8', start, end);

async function expectEqual(objects: string[]): Promise<number> {
  const { rows } = await database.pool.query<{ json: string; found: [string, string][] }>(splitByPostgres, [objects]);
  expect(rows.length).toBe(objects.length);
  let properties = 0;
  for (const { json, found } of rows) {
    const split: [string, string][] = [];
    createSplitter((name, text) => split.push([textOf(name), textOf(text)]))(Buffer.from(`before ${json}`), 7);
    expect(split, json).toEqual(found);
    properties += found.length;
  }
  return properties;
}

describe('properties', () => {
  it('equal those of Postgres for each kind of value, alone, first, and last', async () => {
    const objects = [...strings, ...numbers, ...others].flatMap((value) => [
      `{"a": ${value}}`,
      `{"a": ${value}, "b": "after"}`,
      `{"a": 1, "b": ${value}}`,
    ]);
    expect(await expectEqual([...objects, '{}'])).toBeGreaterThan(200);
  });

  it('equal those of Postgres for each kind of name', async () => {
    await expectEqual(strings.map((name) => `{${name}: 1, "zz": ${name}}`));
  });

  it.each([1, 2, 3])('equal those of Postgres for random objects (seed %d)', async (seed) => {
    const random = createRandom(seed);
    expect(await expectEqual(Array.from({ length: 1_500 }, () => randomObject(random)))).toBeGreaterThan(2_000);
  });
});
