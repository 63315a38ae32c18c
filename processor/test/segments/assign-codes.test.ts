import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { assignCodes } from '../../src/segments/assign-codes.js';

let database: TestDatabase;
let client: PoolClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = await database.pool.connect();
});
afterAll(async () => {
  client.release();
  await database.drop();
});
beforeEach(() => client.query('truncate segment_values'));

const give = async (texts: Record<string, string[]>, siteId = 'demo') => {
  const codes = await assignCodes(client, siteId, new Map(Object.entries(texts)));
  return Object.fromEntries([...codes].map(([column, given]) => [column, given && [...given]]));
};
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const named = (numbers: number[]) => numbers.map((number) => `value ${number}`);

/** Code → value, as readers of segments see it. */
async function storedValues(column: string, siteId = 'demo'): Promise<Map<number, string>> {
  const { rows } = await client.query(
    'select pack, values from segment_values where site_id = $1 and "column" = $2 order by pack',
    [siteId, column],
  );
  return new Map(
    rows.flatMap(({ pack, values }) => values.map((value: string, at: number) => [pack * packSize + at + 1, value])),
  );
}

describe('codes', () => {
  it('count from 1, and never change', async () => {
    expect(await give({ path: ['/a', '/b'] })).toEqual({ path: [1, 2] });
    expect(await give({ path: ['/c', '/b', '/d'] })).toEqual({ path: [3, 2, 4] });
    expect(await give({ path: [] })).toEqual({ path: [] });
    expect([...(await storedValues('path')).values()]).toEqual(['/a', '/b', '/c', '/d']);
  });

  it('continue in the next pack, wherever the last one ended', async () => {
    let given = 0;
    for (const count of [packSize - 2, 1, 3, packSize, 2 * packSize, 1]) {
      expect(await give({ path: named(range(given, given + count)) })).toEqual({
        path: range(given + 1, given + count + 1),
      });
      given += count;
    }
    const stored = await storedValues('path');
    expect([...stored.keys()]).toEqual(range(1, given + 1));
    expect([...stored.values()]).toEqual(named(range(0, given)));
    expect(await give({ path: named(range(0, given).reverse()) })).toEqual({ path: range(1, given + 1).reverse() });
  });

  it('are separate for each column and site', async () => {
    const columns = { path: ['x', 'y'], event_type: ['y', 'x'], 'property:path': ['y'] };
    expect(await give(columns)).toEqual({ path: [1, 2], event_type: [1, 2], 'property:path': [1] });
    expect(await give({ path: ['y'] }, 'other')).toEqual({ path: [1] });
    expect(await give({ path: ['z', 'y', 'x'], event_type: ['x'] })).toEqual({ path: [3, 2, 1], event_type: [2] });
  });

  it('are not reused after their values were removed', async () => {
    await give({ path: ['/a', '/b', '/c'] });
    await client.query(`update segment_values set values = array['/a', null, null]`);
    expect(await give({ path: ['/b', '/a'] })).toEqual({ path: [4, 1] });
  });

  it('distinguish any two texts, whatever they contain', async () => {
    const hostile = [
      '',
      ' ',
      'null',
      'NULL',
      '{}',
      '{a,b}',
      '"',
      '\\',
      '\\n',
      '\n',
      "'",
      '__proto__',
      'é',
      'e\u0301',
      '😀',
      'A',
      'a',
    ];
    const expected = range(1, hostile.length + 1);
    expect(await give({ 'property:__proto__': hostile })).toEqual({ 'property:__proto__': expected });
    expect(await give({ 'property:__proto__': hostile })).toEqual({ 'property:__proto__': expected });
    expect([...(await storedValues('property:__proto__')).values()]).toEqual(hostile);
  });

  it('are the same for many columns at once as for each separately (seed 5)', async () => {
    const random = createRandom(5);
    const expected = new Map<string, Map<string, number>>();
    for (let round = 0; round < 20; round += 1) {
      const texts = Object.fromEntries(
        range(0, 150).map((column) => {
          const values = new Set(range(0, random.below(30)).map(() => `value ${random.below(200)}`));
          return [`property:${column}`, [...values]];
        }),
      );
      const codes = await give(texts);
      for (const [column, values] of Object.entries(texts)) {
        const known = expected.get(column) ?? new Map<string, number>();
        expected.set(column, known);
        for (const value of values) if (!known.has(value)) known.set(value, known.size + 1);
        expect(codes[column]).toEqual(values.map((value) => known.get(value)));
      }
    }
  });
});

describe('a full dictionary', () => {
  const limits = { ...segmentLimits };
  afterAll(() => Object.assign(segmentLimits, limits));

  it('accepts no more values, returns the codes of existing ones, and does not affect other columns', async () => {
    Object.assign(segmentLimits, { propertyValues: 5 });
    expect(await give({ 'property:id': named(range(0, 4)) })).toEqual({ 'property:id': [1, 2, 3, 4] });
    const tooMany = { 'property:id': named(range(2, 6)), path: named(range(0, 9)) };
    expect(await give(tooMany)).toEqual({ 'property:id': undefined, path: range(1, 10) });
    expect(await give({ 'property:id': named([3, 4]) })).toEqual({ 'property:id': [4, 5] });
    expect(await give({ 'property:id': named([5]) })).toEqual({ 'property:id': undefined });
    expect((await storedValues('property:id')).size).toBe(5);
  });

  it('is also one with too many characters', async () => {
    Object.assign(segmentLimits, { ...limits, valueCharacters: 100 });
    expect(await give({ path: ['x'.repeat(60)] })).toEqual({ path: [1] });
    expect(await give({ path: ['y'.repeat(60)] })).toEqual({ path: undefined });
    expect(await give({ path: ['x'.repeat(60), 'z'.repeat(40)] })).toEqual({ path: [1, 2] });
  });
});
