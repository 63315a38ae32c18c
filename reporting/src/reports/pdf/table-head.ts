import { colors } from './colors.js';
import { wrapText } from './fit-text.js';
import type { PlannedColumn, TablePlan } from './plan-columns.js';
import type { Sheet } from './sheet.js';
import { decorate, drawTagged, openTag, type Tag } from './tags.js';
import type { TextLine } from './typesetter.js';

/** Column titles above a rule. `table` is given only for the first head: repeated ones are hidden from screen readers. */
export function drawTableHead(sheet: Sheet, { columns, size }: TablePlan, table?: Tag): void {
  const { pdf, type } = sheet;
  const style = { size: size - 0.5, isBold: true };
  const heads = columns.map((column) => ({ column, lines: wrapText(type, column.title, column.width, style, 3) }));
  const height = Math.max(1, ...heads.map(({ lines }) => lines.length)) * size * 1.25;
  const draw = ({ column, lines }: (typeof heads)[number]) => drawTitle(sheet, column, lines, height, size);
  if (table) {
    const row = openTag(pdf, table, 'TR');
    for (const head of heads) drawTagged(pdf, row, 'TH', () => draw(head), { scope: 'Column' });
    row.end();
  } else {
    decorate(pdf, () => heads.forEach(draw));
  }
  sheet.y += height + 5;
  decorate(pdf, () => {
    pdf.lineWidth(0.8).strokeColor(colors.grey);
    pdf
      .moveTo(sheet.left, sheet.y)
      .lineTo(sheet.left + sheet.width, sheet.y)
      .stroke();
  });
}

/** Shorter titles are aligned at the bottom. */
function drawTitle(
  { type, left, y }: Sheet,
  column: PlannedColumn,
  lines: TextLine[],
  height: number,
  size: number,
): void {
  lines.forEach((line, place) => {
    const baseline = y + height - (lines.length - 1 - place) * size * 1.25;
    type.draw(line, left + column.x + (column.isNumber ? column.width - line.width : 0), baseline, colors.grey);
  });
}
