import type { Row } from '../../datasets/dataset.js';
import { colors } from './colors.js';
import { fitLine, fitNumber } from './fit-text.js';
import type { PlannedColumn, TablePlan } from './plan-columns.js';
import type { Sheet } from './sheet.js';
import { drawTableHead } from './table-head.js';
import { decorate, drawTagged, openTag, type Tag } from './tags.js';

/** Draws rows one below the other. */
export interface RowWriter {
  draw(row: Row): void;
  end(): void;
}

/** Beyond this, whole rows are tagged instead of cells, or the tags would outgrow the text. */
const maxTaggedCells = 3_000;

/** `barLength` draws a bar behind the first text column; 1 is its full width. The head is repeated on each page. */
export function openLines(sheet: Sheet, plan: TablePlan, barLength?: (row: Row) => number): RowWriter {
  const { pdf } = sheet;
  // A small font means a dense table: use less space.
  const height = plan.size * (plan.size < 8 ? 1.8 : 2.1);
  const table = openTag(pdf, sheet.root, 'Table');
  let cells = 0;
  drawTableHead(sheet, plan, table);
  return {
    draw(row) {
      if (sheet.makeRoom(height)) drawTableHead(sheet, plan);
      decorate(pdf, () => drawGround(sheet, plan, height, barLength?.(row) ?? 0));
      const line = openTag(pdf, table, 'TR');
      cells += plan.columns.length;
      drawCells(sheet, plan, row, line, cells <= maxTaggedCells);
      line.end();
      sheet.y += height;
    },
    end: () => table.end(),
  };
}

function drawGround({ pdf, left, width, y }: Sheet, { columns }: TablePlan, height: number, barLength: number): void {
  const column = columns.find(({ isText }) => isText) ?? columns[0];
  // Bars start slightly left of the text, which is aligned with its heading.
  const longest = (column?.width ?? 0) + 4;
  if (column && barLength > 0)
    pdf.rect(left + column.x - 4, y + 1.5, Math.max(1, barLength * longest), height - 3).fill(colors.tint);
  pdf.lineWidth(0.4).strokeColor(colors.line);
  pdf
    .moveTo(left, y + height)
    .lineTo(left + width, y + height)
    .stroke();
}

function drawCells(sheet: Sheet, { columns, size }: TablePlan, row: Row, line: Tag, isEachTagged: boolean): void {
  const groups = isEachTagged ? columns.map((column) => [column]) : [columns];
  for (const group of groups) {
    drawTagged(sheet.pdf, line, 'TD', () => {
      for (const column of group) drawCell(sheet, column, row, size);
    });
  }
}

function drawCell({ type, left, y }: Sheet, column: PlannedColumn, row: Row, size: number): void {
  const text = column.show(row);
  const fit = column.isNumber ? fitNumber : fitLine;
  const line = fit(type, text ?? '–', column.width, { size });
  const indent = column.isNumber ? column.width - line.width : 0;
  type.draw(
    line,
    left + column.x + indent,
    y + size * (size < 8 ? 1.25 : 1.4),
    text === null ? colors.grey : colors.ink,
  );
}
