import type { Plot } from './chart-plot.js';
import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import type { Sheet } from './sheet.js';
import type { TextLine } from './typesetter.js';

const style = { size: 7.5 };

/** Horizontal grid lines with their values, and as many labels below as fit. */
export function drawChartAxes(sheet: Sheet, plot: Plot, labels: string[]): void {
  const { pdf, type, language } = sheet;
  // No language has short names for larger numbers.
  const notation = plot.ticks.some((tick) => Math.abs(tick) >= 1e15) ? 'scientific' : 'compact';
  const format = new Intl.NumberFormat(language, { notation, maximumSignificantDigits: 4 });
  for (const tick of plot.ticks) {
    const y = plot.y(tick);
    pdf.lineWidth(tick === 0 ? 0.8 : 0.5).strokeColor(tick === 0 ? colors.grey : colors.line);
    pdf.moveTo(plot.left, y).lineTo(plot.right, y).stroke();
    const line = fitLine(type, format.format(tick).replace(/[\u061c\u200e\u200f]/g, ''), 34, style);
    type.draw(line, plot.left - 6 - line.width, y + 2.5, colors.grey);
  }
  drawLabels(sheet, plot, shortLabels(labels, language));
}

function drawLabels({ type }: Sheet, plot: Plot, labels: string[]): void {
  const perLabel = (plot.right - plot.left) / Math.max(1, labels.length - 1);
  const widest = labels.reduce(
    (width, label) => Math.max(width, Math.min(90, type.roughWidth(type.show(label.slice(0, 60)), style))),
    1,
  );
  const step = Math.max(1, Math.ceil((widest + 14) / perLabel), Math.ceil((labels.length - 1) / 8));
  for (let place = 0; place < labels.length; place += step) {
    const line = fitLine(type, labels[place]!, 90, style);
    type.draw(line, labelLeft(plot, plot.x(place), line), plot.bottom + 13, colors.grey);
  }
}

/** Centred below its point, unless that would cross an edge. */
function labelLeft(plot: Plot, x: number, line: TextLine): number {
  return Math.min(Math.max(x - line.width / 2, plot.left - 20), plot.right + 6 - line.width);
}

/** Days without the year, which is in the period at the top. */
function shortLabels(labels: string[], language: string): string[] {
  if (!labels.every((label) => /^\d{4}-\d\d-\d\d$/.test(label))) return labels;
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  return labels.map((label) => {
    const day = new Date(label);
    return Number.isNaN(day.getTime()) ? label : format.format(day).replace(/[\u061c\u200e\u200f]/g, '');
  });
}
