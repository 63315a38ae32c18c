/** Writes files from given rows, and provides sources that record what happens to them. */
import type { Column, ColumnType, Row } from '../src/datasets/dataset.js';
import type { FileSource, FormatId } from '../src/exports/formats/format.js';
import { formats } from '../src/exports/formats/formats.js';

export const column = (name: string, type: ColumnType = 'text', more: Partial<Column> = {}): Column => ({
  name,
  title: name,
  type,
  ...more,
});

async function* batchesOf(...batches: Row[][]): AsyncGenerator<Row[]> {
  yield* batches;
}

export const sourceOf = (columns: Column[], rows: Row[], more: Partial<FileSource> = {}): FileSource => ({
  title: 'Events',
  columns,
  batches: batchesOf(rows),
  ...more,
});

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

export const writtenFile = (id: FormatId, source: FileSource): Promise<Buffer> => bytesOf(formats[id].write(source));

/** What a visitor can put into a cell: run by a spreadsheet, ending a cell or a line, invisible, or longer than a cell can be. */
export const hostileTexts = [
  '=1+1',
  '+1',
  '-1+2',
  '@SUM(A1)',
  '\t=1',
  '\rx',
  '\nx',
  ' \u00a0=1',
  '\u200b=1',
  '\u0001=1',
  '＝1＋1',
  '＋1',
  '－1',
  '＠x',
  "'x'",
  '"',
  '","',
  'a,b;c',
  'a\r\nb',
  'a\nb',
  'a\rb',
  '',
  ' ',
  'null',
  '_x0041_',
  ']]><&>',
  'bell\u0007 and \u001f',
  '👩‍👩‍👧 é 日本',
  'שלום مرحبا \u202eabc',
];
