import { describe, expect, it } from 'vitest';
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
const rows = [
  [
    'é "x"',
    '42',
    '-12.50',
    '0.5',
    '2026-01-31',
    '2026-01-31T08:00:00.123456Z',
    'true',
    '{"n": 12345678901234567890.10}',
  ],
  [null, null, null, null, null, null, null, null],
  [
    '',
    '-9223372036854775809',
    '0.00000000000000000001',
    'NaN',
    '2026-02-01',
    '2026-02-01T00:00:00Z',
    'false',
    '{\n"a":\r\n1}',
  ],
];
const lines = [
  '{"name":"é \\"x\\"","count":42,"amount":"-12.50","ratio":0.5,"day":"2026-01-31","time":"2026-01-31T08:00:00.123456Z","on":true,"properties":{"n": 12345678901234567890.10}}',
  '{"name":null,"count":null,"amount":null,"ratio":null,"day":null,"time":null,"on":null,"properties":null}',
  '{"name":"","count":"-9223372036854775809","amount":"0.00000000000000000001","ratio":null,"day":"2026-02-01","time":"2026-02-01T00:00:00Z","on":false,"properties":{ "a": 1}}',
];
const metadata = {
  generatedAt: new Date('2026-03-01T00:00:00Z'),
  siteId: 'demo',
  timezone: 'Europe/Berlin',
  dateRange: { from: '2026-01-01', to: '2026-01-31' },
  dataset: 'events',
};
const parsed = async (...given: Parameters<typeof sourceOf>) =>
  JSON.parse((await writtenFile('json', sourceOf(...given))).toString());

describe('a JSON file', () => {
  it('is an array of objects with every digit', async () => {
    expect((await writtenFile('json', sourceOf(columns, rows))).toString()).toBe(`[\n${lines.join(',\n')}\n]\n`);
  });

  it('is an empty array without rows', async () => {
    expect(await parsed(columns, [])).toEqual([]);
  });

  it('describes its contents in the metadata', async () => {
    expect(await parsed([column('n', 'integer')], [['1'], ['2']], { metadata })).toEqual({
      data: [{ n: 1 }, { n: 2 }],
      metadata: {
        generatedAt: '2026-03-01T00:00:00.000Z',
        dateRange: { from: '2026-01-01', to: '2026-01-31' },
        totalRecords: 2,
        exportFormat: 'json',
        version: '1.0',
        dataset: 'events',
        siteId: 'demo',
        timezone: 'Europe/Berlin',
      },
    });
  });

  it('has metadata even without rows and without a range', async () => {
    const answer = await parsed([column('n')], [], { metadata: { ...metadata, dateRange: null } });
    expect(answer).toMatchObject({ data: [], metadata: { totalRecords: 0, dateRange: null } });
  });

  it('returns hostile text unchanged', async () => {
    const texts = [...hostileTexts, 'a\0b', 'lone \ud800', 'x'.repeat(40_000), '\u2028'];
    const answer = await parsed(
      [column('__proto__'), column('=b')],
      texts.map((text) => [text, 'end']),
    );
    expect(answer.map((row: object) => Object.values(row))).toEqual(texts.map((text) => [text, 'end']));
  });
});

describe('an NDJSON file', () => {
  it('is an object on each line', async () => {
    expect((await writtenFile('ndjson', sourceOf(columns, rows))).toString()).toBe(`${lines.join('\n')}\n`);
  });

  it('is empty without rows', async () => {
    expect((await writtenFile('ndjson', sourceOf(columns, []))).length).toBe(0);
  });

  it('keeps hostile text on one line', async () => {
    const texts = [...hostileTexts, 'a\0b', 'lone \ud800'];
    const file = (
      await writtenFile(
        'ndjson',
        sourceOf(
          [column('a')],
          texts.map((text) => [text]),
        ),
      )
    ).toString();
    expect(
      file
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(texts.map((a) => ({ a })));
  });
});
