import type { Column, DatasetContext, Row } from '../datasets/dataset.js';
import { queryRows } from '../datasets/query-rows.js';
import { daysIn } from '../query-request/calendar.js';
import { describePeriod } from './describe-period.js';
import { contextOf, type KeyFigure as Figure, type FiguresContext } from './key-figures.js';
import type { BarsSection, ChartSection, KeyFigure, ReportDocument } from './pdf/report-document.js';
import type { FigureChange, Report } from './report.js';
import { daysBefore } from './report-period.js';

const language = 'en';
const maxBars = 10;
/** Longer periods are drawn by weeks. */
const maxDailyPoints = 92;

/** Every digit of a sum, with its currency. */
function formatFigure(value: string, unit?: string): string {
  const options = unit === undefined ? {} : ({ style: 'currency', currency: unit } as const);
  return new Intl.NumberFormat(language, options).format(value as Intl.StringNumericLiteral);
}

const shownFigure = ({ title, value, previous, change, unit }: Figure): KeyFigure => ({
  title,
  value: formatFigure(value, unit),
  previous: formatFigure(previous, unit),
  change,
});

const unitOf = ({ days: { from, to } }: FiguresContext) => {
  if (from === to) return 'hour';
  return daysIn(from, to) > maxDailyPoints ? 'week' : 'day';
};

async function visitorsOver(context: DatasetContext, unit: string): Promise<{ labels: string[]; values: number[] }> {
  const rows = await queryRows(context, {
    metrics: ['visitors'],
    dimensions: [`time:${unit}`],
  });
  // Hours are ISO instants, of which only the time fits below a chart of one day.
  const shown = (label: string) => (unit === 'hour' ? label.slice(11, 16) : label);
  return { labels: rows.map(([label]) => shown(label!)), values: rows.map(([, visitors]) => Number(visitors)) };
}

async function visitorsChart(context: FiguresContext): Promise<ChartSection> {
  const unit = unitOf(context);
  const { labels, values } = await visitorsOver(contextOf(context, context.days), unit);
  const before = await visitorsOver(contextOf(context, daysBefore(context.days)), unit);
  // A line of zeros would only hide the axis.
  const hasBefore = before.values.some((value) => value > 0);
  return {
    kind: 'chart',
    title: `Visitors by ${unit}`,
    labels,
    series: [
      { title: 'This period', values },
      // The previous month can have fewer days.
      ...(hasBefore
        ? [{ title: 'Previous period', values: labels.map((_, place) => before.values[place] ?? null) }]
        : []),
    ],
  };
}

interface Bars {
  title: string;
  /** Title of the first column. */
  head: string;
  dimension: string;
  metrics: Column[];
}

const count = (name: string, title: string): Column => ({ name, title, type: 'integer' });
const bars: Bars[] = [
  {
    title: 'Top pages',
    head: 'Page',
    dimension: 'path',
    metrics: [count('views', 'Views'), count('visitors', 'Visitors')],
  },
  {
    title: 'Top referrers',
    head: 'Referrer',
    dimension: 'referrer',
    metrics: [count('views', 'Views'), count('visitors', 'Visitors')],
  },
];

async function barsOf(context: FiguresContext, { title, head, dimension, metrics }: Bars): Promise<BarsSection> {
  const barColumn = metrics[0]!.name;
  const rows = await queryRows(contextOf(context, context.days), {
    metrics: metrics.map(({ name }) => name),
    dimensions: [dimension],
    order_by: [
      [barColumn, 'desc'],
      [dimension, 'asc'],
    ],
    limit: maxBars,
  });
  const columns: Column[] = [{ name: dimension, title: head, type: 'text' }, ...metrics];
  return { kind: 'bars', title, columns, rows: rows.filter((row) => row[1] !== '0'), barColumn };
}

/** Such as `Visitors: 1,204 (was 1,198)`. */
export function describeChange({ title, before, now, unit }: FigureChange): string {
  const shown = (value: string | null) => (value === null ? 'none' : formatFigure(value, unit));
  return `${title}: ${shown(now)} (was ${shown(before)})`;
}

/** If no earlier revision was written, readers have nothing to compare with. */
function notesOf({ revision, changes }: Report, more: string[]): string[] {
  if (changes === null) return more;
  const what = changes.length > 0 ? changes.map(describeChange).join('; ') : 'no key figure has changed';
  return [`Revision ${revision}. Changes from the previous one: ${what}.`, ...more];
}

export interface DocumentParts {
  report: Report;
  siteName: string;
  figures: Figure[];
  /** The rows of the dataset. */
  table: { title: string; columns: Column[]; batches: AsyncIterable<Row[]> };
  notes: string[];
}

/** Reads everything above the table. `table.batches` are read later, while the document is written, in the same snapshot. */
export async function buildDocument(context: FiguresContext, parts: DocumentParts): Promise<ReportDocument> {
  const { report, siteName, figures, table, notes } = parts;
  const sections: ReportDocument['sections'] = [await visitorsChart(context)];
  for (const each of bars) {
    const section = await barsOf(context, each);
    if (section.rows.length > 0) sections.push(section);
  }
  sections.push({ kind: 'table', title: table.title, columns: table.columns, rows: table.batches });
  const allNotes = notesOf(report, notes);
  return {
    title: report.title,
    siteName,
    period: `${describePeriod(context.days)}, ${context.timezone}`,
    language,
    generatedAt: context.now,
    keyFigures: figures.map(shownFigure),
    sections,
    ...(allNotes.length > 0 && { notes: allNotes }),
  };
}
