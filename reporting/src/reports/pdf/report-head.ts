import { colors } from './colors.js';
import { fitLine, wrapText } from './fit-text.js';
import type { ReportDocument } from './report-document.js';
import type { Sheet } from './sheet.js';
import { decorate, drawTagged } from './tags.js';
import type { TextLine, TextStyle } from './typesetter.js';

/** Draws site, title and period at the top of the first page. */
export function drawReportHead(sheet: Sheet, { title, siteName, period }: ReportDocument): void {
  const { pdf, type, left, width, root } = sheet;
  decorate(pdf, () => pdf.rect(left, sheet.y, 36, 3).fill(colors.accent));
  sheet.y += 24;
  if (siteName) {
    const site = fitLine(type, siteName, width, { size: 10, isBold: true });
    drawTagged(pdf, root, 'P', () => type.draw(site, left, sheet.y, colors.accent));
    sheet.y += 8;
  }
  const lines = wrapText(type, title, width, { size: 23, isBold: true }, 2);
  drawTagged(pdf, root, 'H1', () => drawLines(sheet, lines, 29, colors.ink, 22));
  sheet.y += 4;
  if (period)
    drawTagged(pdf, root, 'P', () =>
      drawLines(sheet, wrapText(type, period, width, { size: 10.5 }, 2), 15, colors.grey, 10),
    );
  sheet.y += 18;
}

/** The heading of a section. Starts a new page unless `follow` points fit below it. */
export function drawHeading(sheet: Sheet, title: string, follow: number): void {
  if (!title) return;
  if (!sheet.makeRoom(follow + 40)) sheet.y += 12;
  const line = fitLine(sheet.type, title, sheet.width, { size: 13, isBold: true });
  drawTagged(sheet.pdf, sheet.root, 'H2', () => sheet.type.draw(line, sheet.left, sheet.y + 13, colors.ink));
  sheet.y += 24;
}

/** Small grey text of any length. */
export function drawNote(sheet: Sheet, text: string, style: TextStyle = { size: 8.5 }): void {
  for (const line of wrapText(sheet.type, text, sheet.width, style, 40)) {
    sheet.makeRoom(style.size * 1.5);
    drawTagged(sheet.pdf, sheet.root, 'P', () => drawLines(sheet, [line], style.size * 1.5, colors.grey, style.size));
  }
  sheet.y += 3;
}

function drawLines(sheet: Sheet, lines: TextLine[], height: number, color: string, ascent: number): void {
  for (const line of lines) {
    sheet.type.draw(line, sheet.left, sheet.y + ascent, color);
    sheet.y += height;
  }
}
