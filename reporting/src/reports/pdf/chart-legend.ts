import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import type { Sheet } from './sheet.js';

/** A piece of each line with its name, above the chart. */
export function drawLegend(sheet: Sheet, series: { title: string }[]): void {
  const { pdf, type, left, width } = sheet;
  const room = width / series.length;
  let x = left;
  series.forEach(({ title }, place) => {
    startLine(pdf, place);
    pdf
      .moveTo(x, sheet.y + 4)
      .lineTo(x + 18, sheet.y + 4)
      .stroke()
      .undash();
    const line = fitLine(type, title, Math.max(20, room - 40), { size: 8.5 });
    type.draw(line, x + 24, sheet.y + 7, colors.grey);
    x += 24 + line.width + 16;
  });
  sheet.y += 16;
}

/** The pen of a series; dashes tell them apart without colour. */
export function startLine(pdf: PDFKit.PDFDocument, place: number): void {
  pdf.lineJoin('round').lineCap('butt');
  if (place === 0) pdf.lineWidth(1.6).strokeColor(colors.accent);
  else
    pdf
      .lineWidth(1.1)
      .strokeColor(colors.grey)
      .dash(place === 1 ? 3 : 1.5, { space: 2.5 });
}
