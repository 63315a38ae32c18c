import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { jsonMembers } from '../src/exports/formats/json-members.js';
import { column, hostileTexts, sourceOf, writtenFile } from './written-file.js';

const text = async (...given: Parameters<typeof sourceOf>) => (await writtenFile('csv', sourceOf(...given))).toString();
const read = (csv: string): string[][] => parse(csv, { relaxColumnCount: false });

describe('a CSV file', () => {
  it('has a header and lines that end with CRLF', async () => {
    const rows = [
      ['7', 'a'],
      [null, 'b'],
    ];
    expect(await text([column('n', 'integer'), column('name')], rows)).toBe('n,name\r\n7,a\r\n,b\r\n');
  });

  it('has its header even without rows', async () => {
    expect(await text([column('n', 'integer'), column('name')], [])).toBe('n,name\r\n');
  });

  it('starts with a byte order mark on request', async () => {
    expect(await text([column('n')], [['é']], { bom: true })).toBe('\ufeffn\r\né\r\n');
  });

  it('distinguishes an empty cell of a single column from no row', async () => {
    expect(await text([column('name')], [[null], [''], ['a']])).toBe('name\r\n""\r\n""\r\na\r\n');
  });

  it('writes every value with all of its digits', async () => {
    const columns = [
      column('count', 'integer'),
      column('amount', 'decimal'),
      column('ratio', 'number'),
      column('day', 'date'),
      column('time', 'instant'),
      column('on', 'boolean'),
    ];
    const row = [
      '-9223372036854775809',
      '-0.10000000000000000001',
      '-1.5e-7',
      '2026-01-31',
      '2026-01-31T08:00:00.123456Z',
      'true',
    ];
    expect(read(await text(columns, [row]))[1]).toEqual(row);
  });
});

describe('a cell of a CSV file', () => {
  it('reads back unchanged, with an apostrophe before what a spreadsheet would run', async () => {
    const cells = read(
      await text(
        [column('a'), column('b')],
        hostileTexts.map((each) => [each, 'end']),
      ),
    );
    expect(cells.slice(1).map(([cell]) => cell)).toEqual([
      "'=1+1",
      "'+1",
      "'-1+2",
      "'@SUM(A1)",
      "'\t=1",
      "'\rx",
      "'\nx",
      "' \u00a0=1",
      "'\u200b=1",
      "'\u0001=1",
      "'＝1＋1",
      "'＋1",
      "'－1",
      "'＠x",
      ...hostileTexts.slice(14),
    ]);
    expect(cells.every(([, last], line) => line === 0 || last === 'end')).toBe(true);
  });

  it('stays harmless when the NUL that hid a formula is removed', async () => {
    expect(read(await text([column('a')], [['\0=1+1'], ['a\0b']])).slice(1)).toEqual([["'=1+1"], ['ab']]);
  });

  it('is defused in a column of numbers if it is not a number', async () => {
    const rows = [['-12.50'], ['-1+2'], ["-2+3+cmd|' /C calc'!A0"], ['NaN']];
    expect(read(await text([column('amount', 'decimal')], rows)).slice(1)).toEqual([
      ['-12.50'],
      ["'-1+2"],
      ["'-2+3+cmd|' /C calc'!A0"],
      ['NaN'],
    ]);
  });

  it('is defused in the header too', async () => {
    expect(read(await text([column('=cmd()'), column('a,b')], []))).toEqual([["'=cmd()", 'a,b']]);
  });

  it('can be longer than a chunk', async () => {
    const long = 'é"'.repeat(300_000);
    expect(read(await text([column('a'), column('b')], [[long, 'end']]))[1]).toEqual([long, 'end']);
  });
});

describe('JSON in a CSV file', () => {
  it('has members only if it is an object', () => {
    expect([jsonMembers('["a", 1]'), jsonMembers(' {"a": 1} ')].map((members) => [...members])).toEqual([
      [],
      [['a', '1']],
    ]);
  });

  it('stays one cell if its fields are not declared; a scalar is its text', async () => {
    const jsons = [
      '{"plan": "p\\"ro", "n": 12345678901234567890}',
      `{"a": "${'é'.repeat(20_000)}"}`,
      '[1, 2]',
      '"=1+1"',
      '-5',
      'null',
    ];
    const cells = read(
      await text(
        [column('properties', 'json'), column('b')],
        jsons.map((json) => [json, 'end']),
      ),
    );
    expect(cells.slice(1).map(([cell]) => cell)).toEqual([...jsons.slice(0, 3), "'=1+1", '-5', '']);
  });

  it('becomes a column for each declared field, named with dots, at any depth', async () => {
    const summary = column('summary', 'json', {
      fields: [
        column('totalUsers', 'integer'),
        column('by', 'json', { fields: [column('plan'), column('share', 'number')] }),
        column('rest', 'json'),
      ],
    });
    const csv = await text(
      [column('id'), summary],
      [
        ['a', '{"by": {"plan": "x, \\"y\\"", "share": -0.5}, "totalUsers": 12345678901234567890, "rest": {"k": [1]}}'],
        ['b', '{"totalUsers": "=1+1", "by": [], "rest": "=2", "other": 1}'],
        ['c', '[{"totalUsers": 1}]'],
        ['d', null],
        ['e', '{"totalUsers":1,"totalUsers":2,"by":{"plan":null,"share":"}{"},"rest":true}'],
      ],
    );
    expect(read(csv)).toEqual([
      ['id', 'summary.totalUsers', 'summary.by.plan', 'summary.by.share', 'summary.rest'],
      ['a', '12345678901234567890', 'x, "y"', '-0.5', '{"k": [1]}'],
      ['b', "'=1+1", '', '', "'=2"],
      ['c', '', '', '', ''],
      ['d', '', '', '', ''],
      ['e', '2', '', '}{', 'true'],
    ]);
  });
});
