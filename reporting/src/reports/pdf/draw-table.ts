import { setImmediate } from 'node:timers/promises';
import type { Row } from '../../datasets/dataset.js';
import { type ShownColumn, showColumns } from './format-value.js';
import { planColumns } from './plan-columns.js';
import { openRecords } from './record-rows.js';
import type { BarsSection, TableSection } from './report-document.js';
import { drawHeading, drawNote } from './report-head.js';
import type { Sheet } from './sheet.js';
import type { RowWriter } from './table-rows.js';
import { openLines } from './table-rows.js';

const defaultRows = 5_000;
/** Rows shown as lists take many times the space. */
const maxListedValues = 20_000;
/** Yields to the event loop after a page or two. */
const rowsWithoutPause = 50;

/** Draws the first `maxRows` rows as they arrive and counts the others. Rows with too many columns become lists. */
export async function drawTable(sheet: Sheet, section: TableSection | BarsSection): Promise<void> {
  // Keeps a list of bars on one page.
  const follow = section.kind === 'bars' ? Math.min(20 * section.rows.length, 400) : 0;
  drawHeading(sheet, section.title, Math.max(80, follow));
  const columns = showColumns(section.columns, sheet.language);
  let opened: { writer: RowWriter; maxRows: number } | undefined;
  let count = 0;
  for await (const batch of batchesOf(section.rows)) {
    if (sheet.pdf.destroyed) return;
    if (batch.length > 0) opened ??= openWriter(sheet, section, columns, batch);
    if (opened) await drawRows(opened.writer, batch.slice(0, Math.max(0, opened.maxRows - count)));
    count += batch.length;
    // Also while rows are only counted.
    await setImmediate();
  }
  opened?.writer.end();
  if (count === 0) drawNote(sheet, 'No data in this period');
  if (opened && count > opened.maxRows) drawRest(sheet, count - opened.maxRows);
  sheet.y += 12;
}

function openWriter(sheet: Sheet, section: TableSection | BarsSection, columns: ShownColumn[], batch: Row[]) {
  const maxRows = section.kind === 'table' ? (section.maxRows ?? defaultRows) : defaultRows;
  const options = { width: sheet.width, textGrows: section.kind === 'bars' };
  const plan = planColumns(sheet.type, columns, batch.slice(0, 200), options);
  if (plan)
    return {
      writer: openLines(sheet, plan, section.kind === 'bars' ? barLengths(section, columns) : undefined),
      maxRows,
    };
  drawNote(sheet, 'Rows are shown as lists because there are too many columns for a table. Empty values are left out.');
  return {
    writer: openRecords(sheet, columns),
    maxRows: Math.min(maxRows, Math.ceil(maxListedValues / columns.length)),
  };
}

async function drawRows(writer: RowWriter, rows: Row[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsWithoutPause) {
    for (const row of rows.slice(start, start + rowsWithoutPause)) writer.draw(row);
    await setImmediate();
  }
}

/** Returns the bar length of a row relative to the longest. */
function barLengths({ rows, barColumn }: BarsSection, shown: ShownColumn[]): ((row: Row) => number) | undefined {
  const column = shown.find((candidate) => candidate.name === barColumn);
  if (!column) return undefined;
  const longest = rows.reduce((length, row) => Math.max(length, column.measure(row)), 0);
  return (row) => (longest > 0 && Number.isFinite(longest) ? Math.max(0, column.measure(row) / longest) : 0);
}

function drawRest(sheet: Sheet, more: number): void {
  sheet.y += 4;
  const count = new Intl.NumberFormat(sheet.language).format(more);
  drawNote(sheet, `and ${count} more ${more === 1 ? 'row' : 'rows'}; a CSV export contains all of them`);
}

async function* batchesOf(rows: Row[] | AsyncIterable<Row[]>): AsyncIterable<Row[]> {
  if (Array.isArray(rows)) yield rows;
  else yield* rows;
}
