/** Writes workbooks row by row with flat memory, through hucre. */
import type { Column, ColumnType, Row } from '../../datasets/dataset.js';
import { flattenColumns } from './flatten-columns.js';
import type { FileFormat, FileSource } from './format.js';
import { type SheetValue, sheetText, sheetValue } from './sheet-value.js';

/** A sheet with a frozen header, and further sheets if there are more rows than Excel allows. */
export const xlsxFormat: FileFormat = {
  id: 'xlsx',
  extension: 'xlsx',
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  canGzip: false,
  write: (source) => writeXlsx(source),
};

/** Maximum rows of a sheet, including the header. */
const excelRows = 1_048_576;

const cellStyles: Partial<Record<ColumnType, { numFmt?: string; width: number }>> = {
  date: { numFmt: 'yyyy-mm-dd', width: 12 },
  instant: { numFmt: 'yyyy-mm-dd hh:mm:ss.000', width: 25 },
  text: { width: 24 },
  json: { width: 40 },
};

/** Ids are mostly UUIDs, which have 36 characters. */
const isId = /_id$/;
const idWidth = 38;

export async function* writeXlsx(source: FileSource, maxRowsPerSheet = excelRows): AsyncGenerator<Uint8Array> {
  // Imported here to keep it out of the start of the service.
  const { writeXlsxStream } = await import('hucre/xlsx');
  const { columns, flatten } = flattenColumns(source.columns);
  const stream = writeXlsxStream(sheetRows(source.batches, columns, flatten), {
    name: sheetName(source.title),
    columns: columns.map(({ name, type }) => ({
      header: sheetText(name),
      width: name.length + 4,
      ...cellStyles[type],
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

/** A name that Excel accepts: up to 31 characters, none of `[]:*?/\`, no apostrophe at either end, and not the reserved name History. */
function sheetName(title: string): string {
  const name = title
    .replace(/[[\]:*?/\\\p{Cc}]/gu, ' ')
    .slice(0, 31)
    .replace(/[\ud800-\udbff]$/, '')
    .replace(/^[\s']+|[\s']+$/g, '');
  return name === '' || name.toLowerCase() === 'history' ? 'Rows' : name;
}
