import { expect, it } from 'vitest';
import type { Column } from '../src/datasets/dataset.js';
import { showColumns } from '../src/reports/pdf/format-value.js';

const show = (
  type: Column['type'],
  value: string | null,
  { unit, language = 'en' }: { unit?: string; language?: string } = {},
) => showColumns([{ name: 'value', title: 'Value', type, ...(unit && { unit }) }], language)[0]!.show([value]);

it('keeps every digit of exact numbers, and two decimals of averages', () => {
  expect(show('integer', '123456789012345678')).toBe('123,456,789,012,345,678');
  expect(show('decimal', '-1234.567891')).toBe('-1,234.567891');
  expect(show('number', '2')).toBe('2.00');
  expect(show('number', '0.0012345')).toBe('0.00123');
  expect(show('number', '38.25', { unit: 'percent' })).toBe('38.3%');
  expect(show('number', '38.25', { unit: 'percent', language: 'de' })).toBe('38,3\u00a0%');
});

it('writes amounts with their currency, and drops the currency column', () => {
  const columns: Column[] = [
    { name: 'currency', title: 'Currency', type: 'text' },
    { name: 'sum', title: 'Sum', type: 'decimal' },
    { name: 'rate', title: 'Rate', type: 'decimal', unit: 'percent' },
  ];
  const shown = showColumns(columns, 'en');
  expect(shown.map(({ title }) => title)).toEqual(['Sum', 'Rate']);
  expect(shown.map((column) => column.show(['JPY', '1250000', '1.5']))).toEqual(['¥1,250,000', '1.5%']);
  expect(shown.map((column) => column.show([null, '7.1', null]))).toEqual(['7.1', null]);
  expect(shown[0]!.show(['points', '7', null])).toBe('7 points');
  expect(shown[0]!.show(['USD', '0.00042', null])).toBe('$0.00042');
  expect(show('decimal', '1234.5', { unit: 'EUR', language: 'de' })).toBe('1.234,50\u00a0€');
});

it('formats days and instants, and leaves other text alone', () => {
  expect(show('date', '2026-06-01')).toBe('1 Jun 2026');
  expect(show('instant', '2026-06-01T23:04:05.678Z')).toBe('1 Jun 2026, 23:04:05');
  expect(show('date', '2026-06-01', { language: 'de' })).toBe('01.06.2026');
  expect(show('date', '2026-13-01')).toBe('2026-13-01');
  expect(show('integer', 'many')).toBe('many');
  expect(show('boolean', 'true')).toBe('yes');
  expect(show('text', '')).toBe('(empty)');
  expect(show('text', null)).toBeNull();
});

it('names a period by its month, quarter or year instead of its first day', () => {
  expect(show('date', '2026-11-01', { unit: 'month' })).toBe('November 2026');
  expect(show('date', '2026-11-01', { unit: 'month', language: 'de' })).toBe('November 2026');
  expect(show('date', '2026-10-01', { unit: 'quarter' })).toBe('Q4 2026');
  expect(show('date', '2026-01-01', { unit: 'year' })).toBe('2026');
  expect(show('date', 'soon', { unit: 'month' })).toBe('soon');
});

it('names units and the time zone in the head', () => {
  const title = (type: Column['type'], unit?: string) =>
    showColumns([{ name: 'a', title: 'Time', type, ...(unit && { unit }) }], 'en')[0]!.title;
  expect([
    title('instant'),
    title('number', 'minutes'),
    title('number', 'percent'),
    title('decimal', 'EUR'),
    title('date', 'month'),
  ]).toEqual(['Time (UTC)', 'Time (minutes)', 'Time', 'Time', 'Time']);
});
