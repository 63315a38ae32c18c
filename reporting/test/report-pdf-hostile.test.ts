import { silent } from '@millrace/shared/testing/database';
import { expect, it } from 'vitest';
import type { Column } from '../src/datasets/dataset.js';
import type { ReportDocument, ReportSection } from '../src/reports/pdf/report-document.js';
import { writeReportPdf } from '../src/reports/pdf/write-report-pdf.js';
import { readPdf } from './read-pdf.js';

const texts = [
  '',
  ' \n\t\r ',
  '\0\u0001\u001b[31m',
  '\ud800 lone \udc00',
  `/${'a'.repeat(100_000)}`,
  `${'word '.repeat(20_000)}`,
  'abc\u202egnp.exe\u2066\u061c',
  `e${'\u0301'.repeat(1_000)}`,
  '👨‍👩‍👧‍👦',
  '漢字'.repeat(500),
  '<b>&"\'</b>]]>',
  'עולם (abc) ٣٤٥ [x]',
  'क्‍ष ﷺ ﬁ',
  '\ufffe\uffff',
  `a/b/${'ש'.repeat(300)}`,
];
const numbers = [
  '9'.repeat(400),
  '-1',
  'NaN',
  'Infinity',
  '1e400',
  '0.000000000123',
  'abc',
  '',
  '12345678901234567890.12',
  null,
];
const others = ['2026-13-45', '99999-01-01', '2026-06-01', '2026-99-01T00:00:00Z', 'true', '{"a":1}', '\u202e', null];
const values = [1e308, -1e308, Number.NaN, Number.POSITIVE_INFINITY, null, 5, 1e-300];

const columns: Column[] = (['text', 'integer', 'decimal', 'number', 'date', 'instant', 'boolean', 'json'] as const).map(
  (type, place) => ({ name: place === 0 ? 'currency' : type, title: texts[place + 4]!.slice(0, 500), type }),
);
const rows = texts.map((text, row) => [
  text,
  ...[1, 2, 3].map((step) => numbers[(row + step) % numbers.length]!),
  ...[0, 1, 2].map((step) => others[(row + step) % others.length]!),
  text.slice(0, 300),
]);
const names: Column[] = [
  { name: 'name', title: 'Name', type: 'text' },
  { name: 'count', title: 'Count', type: 'integer' },
];

const chartOf = (text: string): ReportSection => {
  const series = [values, []].map((own) => ({ title: text, values: own }));
  return { kind: 'chart', title: text, labels: texts, series };
};

const hostile: ReportDocument = {
  title: texts.join(' '),
  siteName: texts[6]!,
  period: texts[7]!,
  language: 'no language!',
  generatedAt: new Date(0),
  keyFigures: texts.map((text, place) => ({
    title: text,
    value: text,
    previous: text,
    change: values[place % values.length]! * 100,
  })),
  sections: [
    ...texts.map(chartOf),
    { kind: 'chart', title: 'Largest', labels: ['a', 'b', 'c'], series: [{ title: 'x', values: [9e299, -9e299] }] },
    { kind: 'table', title: texts[4]!, columns, rows },
    {
      kind: 'bars',
      title: 'Bars',
      columns: names,
      rows: texts.map((text, row) => [text, numbers[row % numbers.length]!]),
      barColumn: 'count',
    },
    { kind: 'bars', title: 'No such column', columns: names, rows: [['a', '1']], barColumn: 'other' },
    { kind: 'table', title: 'No columns', columns: [], rows: [[], []] },
    { kind: 'table', title: 'Short rows', columns: names, rows: [[], ['a']] },
  ],
  notes: texts,
};

it('keeps any text from visitors on the page', async () => {
  const { pages, title } = await readPdf(writeReportPdf(hostile, { logger: silent }));
  expect(pages.length).toBeGreaterThan(5);
  const outside = pages.flatMap(({ width, height, items }) =>
    items.filter(({ x, y, width: own }) => x < 40 || x + own > width - 40 || y < 20 || y > height - 20),
  );
  expect(outside).toEqual([]);
  expect(title).toMatch(/lone/);
});

it('shows every number exactly as given', async () => {
  const sections: ReportDocument['sections'] = [
    {
      kind: 'table',
      title: 'Numbers',
      columns: names,
      rows: [
        ['nines', '9'.repeat(400)],
        ['power', '1e400'],
        ['none', 'NaN'],
        ['ten', '1234567890'],
      ],
    },
  ];
  const { pages } = await readPdf(
    writeReportPdf(
      { ...hostile, title: 'T', siteName: '', period: '', keyFigures: [], notes: [], sections },
      { logger: silent },
    ),
  );
  expect(pages[0]!.lines.slice(2, -1).map((line) => line.replace(/ +/g, ' '))).toEqual([
    'Name Count',
    'nines 9.999E399',
    'power 1e400',
    'none NaN',
    'ten 1,234,567,890',
  ]);
});
