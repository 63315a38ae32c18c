/** Rows with so many columns that each becomes a list of names and values, side by side in two halves of the page. */
import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import type { ShownColumn } from './format-value.js';
import type { RowWriter } from './row-writer.js';
import type { Sheet } from './sheet.js';
import { decorate, drawTagged } from './tags.js';

const lineHeight = 12.5;
const gap = 24;

interface Entry {
  title: string;
  value: string;
}

export function openRecords(sheet: Sheet, columns: ShownColumn[]): RowWriter {
  let count = 0;
  return {
    draw(row) {
      count += 1;
      const entries = columns.flatMap((column) => {
        const value = column.show(row);
        return value === null ? [] : [{ title: column.title, value }];
      });
      drawNumber(sheet, count);
      for (let place = 0; place < entries.length; place += 2) drawPair(sheet, entries.slice(place, place + 2));
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

function drawPair(sheet: Sheet, entries: Entry[]): void {
  sheet.makeRoom(lineHeight);
  const { pdf, type, left, width } = sheet;
  const half = (width - gap) / 2;
  entries.forEach(({ title, value }, place) => {
    const x = left + place * (half + gap);
    drawTagged(pdf, sheet.root, 'P', () => {
      const name = fitLine(type, title, half * 0.42, { size: 7.5 });
      type.draw(name, x, sheet.y + 9, colors.grey);
      type.draw(fitLine(type, value, half * 0.54, { size: 8 }), x + half * 0.46, sheet.y + 9, colors.ink);
    });
  });
  sheet.y += lineHeight;
}
