/** The one file that knows hucre, which writes workbooks row by row with flat memory. */
import type { Column, ColumnType, Row } from '../../datasets/dataset.js';
import { flattenColumns } from './flatten-columns.js';
import type { FileFormat, FileSource } from './format.js';
import { type SheetValue, sheetText, sheetValue } from './sheet-value.js';

/** A sheet of text, numbers, dates and booleans below a frozen header; further sheets where Excel's rows do not suffice. */
export const xlsxFormat: FileFormat = {
  id: 'xlsx',
  extension: 'xlsx',
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  canGzip: false,
  write: (source) => writeXlsx(source),
};

/** Rows of a sheet of Excel, the header included. */
const excelRows = 1_048_576;

const looks: Partial<Record<ColumnType, { numFmt?: string; width: number }>> = {
  date: { numFmt: 'yyyy-mm-dd', width: 12 },
  instant: { numFmt: 'yyyy-mm-dd hh:mm:ss.000', width: 25 },
  text: { width: 24 },
  json: { width: 40 },
};

/** Of events these are UUIDs, of 36 characters. */
const isId = /_id$/;
const idWidth = 38;

export async function* writeXlsx(source: FileSource, maxRowsPerSheet = excelRows): AsyncGenerator<Uint8Array> {
  // Loaded when it is needed: a service that starts must not wait for it.
  const { writeXlsxStream } = await import('hucre/xlsx');
  const { columns, flatten } = flattenColumns(source.columns);
  const stream = writeXlsxStream(sheetRows(source.batches, columns, flatten), {
    name: sheetName(source.title),
    columns: columns.map(({ name, type }) => ({
      header: sheetText(name),
      width: name.length + 4,
      ...looks[type],
      ...(type === 'text' && isId.test(name) && { width: idWidth }),
    })),
    freezePane: { rows: 1 },
    maxRowsPerSheet,
  });
  yield* stream as unknown as AsyncIterable<Uint8Array>;
}

async function* sheetRows(batches: AsyncIterable<Row[]>, columns: Column[], flatten: (row: Row) => Row) {
  const types = columns.map(({ type }) => type);
  for await (const rows of batches) {
    for (const row of rows) {
      const flat = flatten(row);
      yield types.map((type, place): SheetValue => sheetValue(type, flat[place] ?? null));
    }
  }
}

/** A name that Excel takes: 31 characters, none of `[]:*?/\`, no apostrophe at either end, not the name it keeps for itself. */
function sheetName(title: string): string {
  const name = title
    .replace(/[[\]:*?/\\\p{Cc}]/gu, ' ')
    .slice(0, 31)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[\s']+|[\s']+$/g, '');
  return name === '' || name.toLowerCase() === 'history' ? 'Rows' : name;
}
