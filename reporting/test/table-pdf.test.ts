import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { expect, it } from 'vitest';
import type { Column, Row } from '../src/datasets/dataset.js';
import { type TablePdf, writeTablePdf } from '../src/reports/pdf/write-table-pdf.js';
import { readPdf } from './read-pdf.js';

const payments: Column[] = [
  { name: 'id', title: 'Payment', type: 'text' },
  { name: 'at', title: 'Paid', type: 'instant' },
  { name: 'amount', title: 'Amount', type: 'decimal' },
  { name: 'currency', title: 'Currency', type: 'text' },
];

async function* batches(count: number, size = 1_000): AsyncIterable<Row[]> {
  for (let start = 0; start < count; start += size) {
    yield Array.from({ length: Math.min(size, count - start) }, (_, place) => {
      return [`payment-${start + place + 1}`, '2026-06-01T12:30:05Z', `${start + place}.5`, 'EUR'];
    });
  }
}

const table = (own: Partial<TablePdf>): TablePdf => ({
  title: 'Transactions',
  siteName: 'demo',
  period: 'June 2026',
  generatedAt: new Date('2026-07-01T06:00:00Z'),
  columns: payments,
  batches: batches(0),
  ...own,
});

it('repeats the head of a table on each page and keeps every row', async () => {
  const { pages } = await readPdf(writeTablePdf(table({ batches: batches(120) }), { logger: silent }));
  expect(pages).toHaveLength(4);
  for (const { lines } of pages)
    expect(lines.map((line) => line.replace(/ +/g, ' '))).toContain('Payment Paid (UTC) Amount');
  const ids = pages.flatMap(({ items }) => items.map(({ text }) => text)).filter((text) => text.startsWith('payment-'));
  expect(ids).toEqual(Array.from({ length: 120 }, (_, place) => `payment-${place + 1}`));
});

it('shows amounts with their currency, and aligns numbers right', async () => {
  async function* amounts(): AsyncIterable<Row[]> {
    yield ['0.5', '1234.5', '-7'].map((amount) => ['payment', '2026-06-01T12:30:05Z', amount, 'EUR']);
  }
  const { pages } = await readPdf(writeTablePdf(table({ batches: amounts() }), { logger: silent }));
  const items = pages[0]!.items.filter(({ text }) => text.includes('€'));
  expect(items.map(({ text }) => text)).toEqual(['€0.50', '€1,234.50', '-€7.00']);
  const ends = items.map(({ x, width }) => x + width);
  expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(0.5);
  expect(pages[0]!.items.filter(({ text }) => text === '1 Jun 2026, 12:30:05')).toHaveLength(3);
});

it('shows the first rows and the number of further ones', async () => {
  const metadata = [{ title: 'Filter', value: 'amount > 0' }];
  const { pages } = await readPdf(
    writeTablePdf(table({ batches: batches(3_456), maxRows: 10, metadata }), { logger: silent }),
  );
  const lines = pages.flatMap((page) => page.lines);
  expect(lines.filter((line) => line.startsWith('payment-'))).toHaveLength(10);
  expect(lines.slice(-4, -1)).toEqual([
    'and 3,446 more rows; a CSV export contains all of them',
    'Notes',
    'Filter: amount > 0',
  ]);
});

it('shows 5,000 rows by default', async () => {
  const columns = payments.slice(0, 1);
  const { pages } = await readPdf(writeTablePdf(table({ columns, batches: batches(5_001) }), { logger: silent }), {
    last: 1,
  });
  const lines = pages[0]!.lines;
  expect(lines.slice(-3, -1)).toEqual(['payment-5000', 'and 1 more row; a CSV export contains all of them']);
});

it('shows rows with a hundred columns as lists of their values', async () => {
  const columns: Column[] = Array.from({ length: 100 }, (_, place) => ({
    name: `c${place}`,
    title: `Column ${place}`,
    type: 'text',
  }));
  const row = (name: string) => columns.map((_, place) => (place % 10 === 3 ? `${name} ${place}` : null));
  async function* two(): AsyncIterable<Row[]> {
    yield [row('one'), row('two')];
  }
  const { pages } = await readPdf(writeTablePdf(table({ columns, batches: two() }), { logger: silent }));
  const words = pages.flatMap(({ items }) => items.map(({ text }) => text)).filter((text) => text !== ' ');
  const start = words.indexOf('Row 1');
  expect(words.slice(start, start + 5)).toEqual(['Row 1', 'Column 3', 'one 3', 'Column 13', 'one 13']);
  expect(words.filter((text) => text.startsWith('two '))).toHaveLength(10);
});

it('fails if its rows fail', async () => {
  async function* failing(): AsyncIterable<Row[]> {
    yield [['payment-1', null, null, null]];
    throw new Error('the database is gone');
  }
  await expect(readPdf(writeTablePdf(table({ batches: failing() }), { logger: silent }))).rejects.toThrow(
    'the database is gone',
  );
});

it('ends its read when the reader leaves', async () => {
  let isEnded = false;
  async function* endless(): AsyncIterable<Row[]> {
    try {
      for (;;) yield* batches(1_000);
    } finally {
      isEnded = true;
    }
  }
  const chunks = writeTablePdf(table({ batches: endless() }), { logger: silent });
  await chunks.next();
  await chunks.return(undefined);
  await eventually(async () => isEnded, 'the source is ended');
});

it('reads nothing before its first chunk is requested, so a caller that never starts leaves nothing running', async () => {
  let isBegun = false;
  async function* source(): AsyncIterable<Row[]> {
    isBegun = true;
    yield* batches(1);
  }
  const chunks = writeTablePdf(table({ batches: source() }), { logger: silent });
  expect(isBegun).toBe(false);
  await readPdf(chunks);
  expect(isBegun).toBe(true);
});
