/** For tables with too many columns: each row becomes a list of names and values. */
import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import type { ShownColumn } from './format-value.js';
import type { Sheet } from './sheet.js';
import type { RowWriter } from './table-rows.js';
import { decorate, drawTagged } from './tags.js';

const lineHeight = 12.5;
const gap = 24;

interface Entry {
  title: string;
  value: string;
}

export function openRecords(sheet: Sheet, columns: ShownColumn[]): RowWriter {
  const perLine = sheet.width > 600 ? 3 : 2;
  let count = 0;
  return {
    draw(row) {
      count += 1;
      const entries = columns.flatMap((column) => {
        const value = column.show(row);
        return value === null ? [] : [{ title: column.title, value }];
      });
      drawNumber(sheet, count);
      for (let place = 0; place < entries.length; place += perLine) {
        drawEntries(sheet, entries.slice(place, place + perLine), perLine);
      }
    },
    end() {},
  };
}

function drawNumber(sheet: Sheet, count: number): void {
  sheet.y += 6;
  sheet.makeRoom(4 * lineHeight);
  const { pdf, type, left, width } = sheet;
  decorate(pdf, () => {
    pdf
      .lineWidth(0.5)
      .strokeColor(colors.line)
      .moveTo(left, sheet.y)
      .lineTo(left + width, sheet.y)
      .stroke();
  });
  const line = fitLine(type, `Row ${count}`, width, { size: 8.5, isBold: true });
  drawTagged(pdf, sheet.root, 'P', () => type.draw(line, left, sheet.y + lineHeight, colors.accent));
  sheet.y += lineHeight + 3;
}

function drawEntries(sheet: Sheet, entries: Entry[], perLine: number): void {
  sheet.makeRoom(lineHeight);
  const { pdf, type, left, width } = sheet;
  const room = (width - (perLine - 1) * gap) / perLine;
  entries.forEach(({ title, value }, place) => {
    const x = left + place * (room + gap);
    drawTagged(pdf, sheet.root, 'P', () => {
      const name = fitLine(type, title, room * 0.42, { size: 7.5 });
      type.draw(name, x, sheet.y + 9, colors.grey);
      type.draw(fitLine(type, value, room * 0.54, { size: 8 }), x + room * 0.46, sheet.y + 9, colors.ink);
    });
  });
  sheet.y += lineHeight;
}
