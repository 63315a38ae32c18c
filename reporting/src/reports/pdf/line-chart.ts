/** Line charts of one or more series, as vector graphics. */
import { drawChartAxes } from './chart-axes.js';
import { type Plot, placePlot, plotHeight } from './chart-plot.js';
import { colors } from './colors.js';
import { fitLine } from './fit-text.js';
import type { ChartSection } from './report-document.js';
import { drawHeading, drawNote } from './report-head.js';
import type { Sheet } from './sheet.js';
import { openTag } from './tags.js';

/** A sample of each line with its name, above the chart. */
function drawLegend(sheet: Sheet, series: { title: string }[]): void {
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

/** Sets the pen of a series. Dashes distinguish them without colour. */
function startLine(pdf: PDFKit.PDFDocument, place: number): void {
  pdf.lineJoin('round').lineCap('butt');
  if (place === 0) pdf.lineWidth(1.6).strokeColor(colors.accent);
  else
    pdf
      .lineWidth(1.1)
      .strokeColor(colors.grey)
      .dash(place === 1 ? 3 : 1.5, { space: 2.5 });
}

const axisHeight = 18;

interface Series {
  title: string;
  values: (number | null)[];
}

/** Draws a heading and the chart, or a note if there is no data. */
export function drawLineChart(sheet: Sheet, section: ChartSection): void {
  const series = section.series.map(({ title, values }) => ({
    title,
    values: drawable(values, section.labels.length),
  }));
  const known = series.flatMap(({ values }) => values).filter((value) => value !== null);
  drawHeading(sheet, section.title, plotHeight + 50);
  if (known.length === 0) {
    drawNote(sheet, 'No data in this period');
    return;
  }
  const tag = openTag(sheet.pdf, sheet.root, 'Figure', {
    alt: describe(section, series),
    bbox: [sheet.left, sheet.y, sheet.left + sheet.width, sheet.y + plotHeight + 40],
  });
  tag.add(() => {
    if (series.length > 1) drawLegend(sheet, series);
    const plot = placePlot(sheet, known, section.labels.length);
    drawArea(sheet.pdf, plot, series[0]!.values);
    drawChartAxes(sheet, plot, section.labels);
    for (const [place, { values }] of [...series.entries()].reverse()) drawSeries(sheet.pdf, plot, values, place);
    sheet.y = plot.bottom + axisHeight + 14;
  });
  tag.end();
}

/** One value per label. Missing values, and those too large for an axis, become gaps. */
function drawable(values: (number | null)[], length: number): (number | null)[] {
  return Array.from({ length }, (_, place) => {
    const value = values[place];
    return typeof value === 'number' && Math.abs(value) < 1e300 ? value : null;
  });
}

/** Runs of points without gaps, as first and last index. */
function stretches(values: (number | null)[]): [number, number][] {
  const found: [number, number][] = [];
  values.forEach((value, place) => {
    const last = found.at(-1);
    if (value === null) return;
    if (last && last[1] === place - 1) last[1] = place;
    else found.push([place, place]);
  });
  return found;
}

function drawArea(pdf: PDFKit.PDFDocument, plot: Plot, values: (number | null)[]): void {
  const zero = plot.y(Math.max(0, plot.ticks[0]!));
  for (const [from, to] of stretches(values)) {
    pdf.moveTo(plot.x(from), zero);
    for (let place = from; place <= to; place += 1) pdf.lineTo(plot.x(place), plot.y(values[place]!));
    pdf.lineTo(plot.x(to), zero).closePath().fill(colors.tint);
  }
}

function drawSeries(pdf: PDFKit.PDFDocument, plot: Plot, values: (number | null)[], place: number): void {
  startLine(pdf, place);
  for (const [from, to] of stretches(values)) {
    if (from === to) pdf.circle(plot.x(from), plot.y(values[from]!), 2).fill(place === 0 ? colors.accent : colors.grey);
    if (from === to) continue;
    pdf.moveTo(plot.x(from), plot.y(values[from]!));
    for (let point = from + 1; point <= to; point += 1) pdf.lineTo(plot.x(point), plot.y(values[point]!));
    pdf.stroke();
  }
  pdf.undash();
}

function describe({ title, labels }: ChartSection, series: Series[]): string {
  const parts = series.map(({ title: name, values }) => {
    const known = values.filter((value) => value !== null);
    const lowest = known.reduce((low, value) => Math.min(low, value), Infinity);
    const highest = known.reduce((high, value) => Math.max(high, value), -Infinity);
    return known.length === 0 ? `${name}: no data` : `${name}: between ${lowest} and ${highest}`;
  });
  return `Line chart. ${title}, ${labels[0] ?? ''} to ${labels.at(-1) ?? ''}. ${parts.join('. ')}.`.slice(0, 1_000);
}
