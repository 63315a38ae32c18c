/** Parquet files, read back with another library. */
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Row } from '../src/datasets/dataset.js';
import { column, hostileTexts, sourceOf, writtenFile } from './written-file.js';

const columns = [
  column('name'),
  column('count', 'integer'),
  column('amount', 'decimal'),
  column('ratio', 'number'),
  column('day', 'date'),
  column('time', 'instant'),
  column('on', 'boolean'),
  column('properties', 'json'),
];

async function fileOf(...given: Parameters<typeof sourceOf>): Promise<ArrayBuffer> {
  return new Uint8Array(await writtenFile('parquet', sourceOf(...given))).buffer;
}

const rowsOf = async (...given: Parameters<typeof sourceOf>) => parquetReadObjects({ file: await fileOf(...given) });

describe('a Parquet file', () => {
  it('has typed values, to the microsecond and the last digit', async () => {
    const json = '{"n": 12345678901234567890}';
    const row = [
      'é',
      '-9223372036854775808',
      '-0.10',
      '-1.5e-7',
      '1969-12-31',
      '1969-12-31T23:59:59.999999Z',
      'false',
      json,
    ];
    const none = columns.map(() => null);
    const empty = Object.fromEntries(columns.map(({ name }) => [name, null]));
    const file = await fileOf(columns, [row, none]);
    expect(
      await parquetReadObjects({ file, parsers: { timestampFromMicroseconds: (micros: bigint) => micros } as never }),
    ).toEqual([
      {
        name: 'é',
        count: -9223372036854775808n,
        amount: '-0.10',
        ratio: -1.5e-7,
        day: new Date('1969-12-31'),
        time: -1n,
        on: false,
        properties: json,
      },
      empty,
    ]);
  });

  it('has the same instant however many digits it is written with', async () => {
    const rows = [['2026-01-31T08:00:00Z'], ['2026-01-31T08:00:00.5Z']];
    expect((await rowsOf([column('time', 'instant')], rows)).map(({ time }) => time)).toEqual([
      new Date('2026-01-31T08:00:00.000Z'),
      new Date('2026-01-31T08:00:00.500Z'),
    ]);
  });

  it('describes its columns', async () => {
    const { schema, num_rows, created_by } = parquetMetadata(await fileOf(columns, []));
    const types = schema.slice(1).map(({ name, type, logical_type }) => [name, type, logical_type?.type]);
    expect({ num_rows, created_by, types }).toEqual({
      num_rows: 0n,
      created_by: 'millrace',
      types: [
        ['name', 'BYTE_ARRAY', 'STRING'],
        ['count', 'INT64', undefined],
        ['amount', 'BYTE_ARRAY', 'STRING'],
        ['ratio', 'DOUBLE', undefined],
        ['day', 'INT32', 'DATE'],
        ['time', 'INT64', 'TIMESTAMP'],
        ['on', 'BOOLEAN', undefined],
        ['properties', 'BYTE_ARRAY', 'JSON'],
      ],
    });
    expect(schema[6]?.logical_type).toMatchObject({ isAdjustedToUTC: true, unit: 'MICROS' });
  });

  it('has groups of ten thousand rows, in order', async () => {
    const rows: Row[] = Array.from({ length: 20_500 }, (_, n) => [String(n)]);
    const file = await fileOf([column('n', 'integer')], rows);
    expect(parquetMetadata(file).row_groups.map((group) => group.num_rows)).toEqual([10_000n, 10_000n, 500n]);
    expect((await parquetReadObjects({ file })).every(({ n }, place) => n === BigInt(place))).toBe(true);
  });

  it('has smaller groups if rows are large', async () => {
    const rows: Row[] = Array.from({ length: 5 }, (_, n) => [String(n).repeat(12_000_000)]);
    const groups = parquetMetadata(await fileOf([column('a')], rows)).row_groups;
    expect(groups.map((group) => group.num_rows)).toEqual([3n, 2n]);
  });

  it('returns hostile text unchanged, except for a replacement of half a character', async () => {
    const texts = [...hostileTexts, 'a\0b', 'x'.repeat(40_000)];
    const rows = [...texts, 'lone \ud800'].map((text) => [text, 'end']);
    expect((await rowsOf([column('a'), column('b')], rows)).map(({ a }) => a)).toEqual([...texts, 'lone \ufffd']);
  });

  it('has NaN and infinities in a column of ratios', async () => {
    const rows = [['NaN'], ['Infinity'], ['-Infinity']];
    expect((await rowsOf([column('a', 'number')], rows)).map(({ a }) => a)).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it.each([
    ['integer', '9223372036854775808'],
    ['integer', '1.5'],
    ['number', '=1+1'],
    ['boolean', 'constructor'],
    ['date', 'never 1'],
    ['instant', '=1'],
    ['instant', '2026-01-31'],
  ] as const)('fails rather than store a different value: %s %s', async (type, text) => {
    await expect(fileOf([column('a', type)], [[text]])).rejects.toThrow(
      `Parquet cannot hold "${text}" in the ${type} column a. Use CSV or JSON instead.`,
    );
  });
});
