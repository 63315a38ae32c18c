import Joi from 'joi';
import { ratio } from '../query/page-rows.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn, Row } from './dataset.js';
import { countedOf, countedParams } from './filters-param.js';
import { batchesInMemory, queryRows } from './query-rows.js';

const day: Column = { name: 'day', title: 'Day', type: 'date' };
const ofType: Column[] = [
  { name: 'event_type', title: 'Type', type: 'text' },
  { name: 'events', title: 'Events', type: 'integer' },
  { name: 'visitors', title: 'Visitors', type: 'integer' },
  { name: 'events_per_visitor', title: 'Events per visitor', type: 'number' },
  { name: 'share', title: 'Share of events', type: 'number', unit: 'percent' },
];
const span: Column[] = [
  { name: 'first_day', title: 'First day', type: 'date' },
  { name: 'last_day', title: 'Last day', type: 'date' },
];

const isDaily = ({ per }: DatasetParams) => per === 'day';
const columns = (params: DatasetParams) => (isDaily(params) ? [day, ...ofType] : [...ofType, ...span]);
const key = (params: DatasetParams): KeyColumn[] =>
  isDaily(params) ? [{ name: 'day' }, { name: 'event_type' }] : [{ name: 'event_type' }];

const metrics = ['events', 'visitors'];
const textOf = (number: number | null) => (number === null ? null : String(number));

/** Type, events, visitors and the values derived from them. `all` is the number of all events. */
function figuresOf([type, events, visitors]: Row, all: number): Row {
  const [count, users] = [Number(events), Number(visitors)];
  return [type!, events!, visitors!, textOf(ratio(count, users)), textOf(ratio(100 * count, all))];
}

const sumOf = (rows: Row[], place: number) => rows.reduce((sum, row) => sum + Number(row[place]), 0);

/** By day and type, with the shares of each day. */
async function ofDays(context: DatasetContext, params: DatasetParams) {
  const rows = await queryRows(context, { metrics, dimensions: ['time:day', 'event_type'], ...countedOf(params) });
  const totals = new Map<string, number>();
  for (const [day, , events] of rows) totals.set(day!, (totals.get(day!) ?? 0) + Number(events));
  return { rows, totals };
}

async function engagementByDay(context: DatasetContext, params: DatasetParams): Promise<Row[]> {
  const { rows, totals } = await ofDays(context, params);
  return rows.map(([day, ...row]) => [day!, ...figuresOf(row, totals.get(day!)!)]);
}

async function engagement(context: DatasetContext, params: DatasetParams): Promise<Row[]> {
  const rows = await queryRows(context, { metrics, dimensions: ['event_type'], ...countedOf(params) });
  const all = sumOf(rows, 1);
  const spans = new Map<string, [string, string]>();
  // Rows are ordered by day.
  for (const [day, type] of (await ofDays(context, params)).rows) {
    const [first] = spans.get(type!) ?? [day!];
    spans.set(type!, [first, day!]);
  }
  return rows.map((row) => [...figuresOf(row, all), ...spans.get(row[0]!)!]);
}

export const engagementMetrics: Dataset = {
  id: 'engagement-metrics',
  title: 'Engagement by type of event',
  description:
    'Events, visitors and share of all events for each event type in the range, or with `per=day` for each day and type. `first_day` and `last_day` are the first and last day of the range with such an event.',
  defaultRange: '30d',
  params: { per: Joi.string().valid('range', 'day').default('range'), ...countedParams },
  timeUnit: () => 'day',
  example: { date_range: '30d' },
  reads: 'events',
  columns,
  key,
  rows: (context, params) =>
    batchesInMemory(context, params, engagementMetrics, () =>
      isDaily(params) ? engagementByDay(context, params) : engagement(context, params),
    ),
};
