import { colors } from './colors.js';
import { fitLine, fitNumber } from './fit-text.js';
import type { KeyFigure } from './report-document.js';
import type { Sheet } from './sheet.js';
import { decorate, drawTagged } from './tags.js';
import type { Typesetter } from './typesetter.js';

const gap = 10;
const padding = 12;
const height = 92;
const valueSizes = [20, 17, 14, 12, 10, 8];

/** Draws panels with a value and its change, in rows of three or four. */
export function drawKeyFigures(sheet: Sheet, figures: KeyFigure[]): void {
  const perRow = figures.length % 4 === 0 || figures.length > 6 ? 4 : 3;
  const width = (sheet.width - (perRow - 1) * gap) / perRow;
  for (let start = 0; start < figures.length; start += perRow) {
    sheet.makeRoom(height + gap);
    const row = figures.slice(start, start + perRow);
    const size = Math.max(12, Math.min(...row.map(({ value }) => fittingSize(sheet.type, value, width - 2 * padding))));
    row.forEach((figure, place) => {
      drawPanel(sheet, figure, sheet.left + place * (width + gap), width, size);
    });
    sheet.y += height + gap;
  }
  if (figures.length > 0) sheet.y += 10;
}

function drawPanel(
  { pdf, type, root, language, y }: Sheet,
  figure: KeyFigure,
  x: number,
  width: number,
  size: number,
): void {
  const inner = width - 2 * padding;
  const left = x + padding;
  const change = describeChange(figure, language);
  const indent = change.direction === 0 ? 0 : 10;
  decorate(pdf, () => {
    pdf.roundedRect(x, y, width, height, 4).fill(colors.panel);
    if (change.direction !== 0) drawArrow(pdf, left, y + 65, change);
  });
  drawTagged(pdf, root, 'P', () => {
    type.draw(fitLine(type, figure.title, inner, { size: 8.5 }), left, y + 20, colors.grey);
    type.draw(fitNumber(type, figure.value, inner, { size, isBold: true }), left, y + 46, colors.ink);
    const percent = fitNumber(type, change.text, inner - indent, { size: 8.5, isBold: change.direction !== 0 });
    type.draw(percent, left + indent, y + 65, change.color);
    const before = figure.previous && figure.change !== null ? `from ${figure.previous}` : '';
    type.draw(fitNumber(type, before, inner, { size: 8 }), left, y + 79, colors.grey);
  });
}

/** The largest font size at which the value fits. */
function fittingSize(type: Typesetter, value: string, width: number): number {
  const shown = type.show(value.slice(0, 200));
  return valueSizes.find((size) => type.line(shown, { size, isBold: true }).width <= width) ?? 8;
}

interface Change {
  text: string;
  color: string;
  /** 1: up, -1: down, 0: no arrow. */
  direction: number;
}

function describeChange({ change, higherIsBetter = true }: KeyFigure, language: string): Change {
  if (change === undefined) return { text: '', color: colors.grey, direction: 0 };
  if (change === null || !(Math.abs(change) < 1e9)) return { text: 'no comparison', color: colors.grey, direction: 0 };
  const rounded = Math.round(change * 10) / 10;
  if (rounded === 0) return { text: 'no change', color: colors.grey, direction: 0 };
  const options = {
    style: 'percent',
    signDisplay: 'exceptZero',
    maximumFractionDigits: Math.abs(rounded) >= 1_000 ? 0 : 1,
  } as const;
  const isGood = rounded > 0 === higherIsBetter;
  return {
    text: new Intl.NumberFormat(language, options)
      .format(rounded / 100)
      .replace(/[\u061c\u200e\u200f]/g, '')
      .replace('-', '−'),
    color: isGood ? colors.good : colors.bad,
    direction: Math.sign(rounded),
  };
}

function drawArrow(pdf: PDFKit.PDFDocument, x: number, baseline: number, { direction, color }: Change): void {
  const [base, tip] = direction > 0 ? [baseline, baseline - 6.5] : [baseline - 6.5, baseline];
  pdf
    .moveTo(x, base)
    .lineTo(x + 7, base)
    .lineTo(x + 3.5, tip)
    .closePath()
    .fill(color);
}
