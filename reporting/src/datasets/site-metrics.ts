import { metricTypes, periodTypes } from '@millrace/shared/contract/job-data';
import Joi from 'joi';
import { createSqlParameters } from '../reading/sql-parameters.js';
import { rangeOfPeriods } from './aggregated-range.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const figures: Record<(typeof metricTypes)[number], Column[]> = {
  performance: [
    { name: 'events', title: 'Events', type: 'integer' },
    { name: 'visitors', title: 'Visitors', type: 'integer' },
    { name: 'events_per_visitor', title: 'Events per visitor', type: 'number' },
    { name: 'delay_p50_ms', title: 'Median delay', type: 'number', unit: 'milliseconds' },
    { name: 'delay_p95_ms', title: 'Delay (95th percentile)', type: 'number', unit: 'milliseconds' },
  ],
  revenue: [
    { name: 'total', title: 'Revenue', type: 'decimal' },
    { name: 'previous', title: 'Previous revenue', type: 'decimal' },
    { name: 'change_percent', title: 'Change', type: 'number', unit: 'percent' },
  ],
  quality: [
    { name: 'events', title: 'Events', type: 'integer' },
    { name: 'duplicates', title: 'Duplicates', type: 'integer' },
    { name: 'dead_letters', title: 'Dead letters', type: 'integer' },
    { name: 'late', title: 'Late events', type: 'integer' },
    { name: 'without_user', title: 'Events without user', type: 'integer' },
    { name: 'duplicates_percent', title: 'Duplicates', type: 'number', unit: 'percent' },
    { name: 'dead_letters_percent', title: 'Dead letters', type: 'number', unit: 'percent' },
    { name: 'late_percent', title: 'Late events', type: 'number', unit: 'percent' },
    { name: 'without_user_percent', title: 'Events without user', type: 'number', unit: 'percent' },
  ],
};
const start: Column = { name: 'period_start', title: 'From', type: 'instant' };
const currency: Column = { name: 'currency', title: 'Currency', type: 'text' };
const computed: Column = { name: 'computed_at', title: 'Computed', type: 'instant' };

const isByCurrency = ({ metric_type: type }: DatasetParams) => type === 'revenue';

function columnsOf(params: DatasetParams): Column[] {
  const own = figures[params.metric_type as keyof typeof figures];
  return isByCurrency(params) ? [start, currency, ...own, computed] : [start, ...own, computed];
}

const keyOf = (params: DatasetParams): KeyColumn[] =>
  isByCurrency(params) ? [{ name: 'period_start' }, { name: 'currency' }] : [{ name: 'period_start' }];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { metric_type: type, period_type: periodType } = params;
  const parameters = createSqlParameters(context.siteId);
  const { from, to } = rangeOfPeriods(context, periodType);
  const own = figures[type as keyof typeof figures].map(({ name }) => `figure->>'${name}' as ${name}`);
  const [named, rows] = isByCurrency(params)
    ? ['currency, ', ', jsonb_each(figures) as by_currency(currency, figure)']
    : ['', ', jsonb_array_elements(jsonb_build_array(figures)) as one(figure)'];
  const text = `/* reporting.siteMetrics */
select period_start, ${named}${own.join(', ')}, computed_at from site_metrics${rows}
where site_id = ${parameters.site()} and metric_type = ${parameters.add(type, 'text')} and period_type = ${parameters.add(periodType, 'text')}
  and period_start >= ${parameters.add(from.toISOString(), 'timestamptz')}
  and period_start < ${parameters.add(to.toISOString(), 'timestamptz')}`;
  return { text, values: parameters.values, columns: columnsOf(params), key: keyOf(params) };
}

export const siteMetrics: Dataset = {
  id: 'site-metrics',
  title: 'Site metrics',
  description:
    "Results of the metrics jobs for each period that the range touches: `performance` (events, visitors, and the delay from an event's timestamp to the database), `revenue` (net revenue compared with the previous period, one row per currency) or `quality` (events that were duplicates, late, without a user, or could not be stored). Periods are in the site's time zone. Periods without a job run have no row.",
  defaultRange: '7d',
  params: {
    metric_type: Joi.string()
      .valid(...metricTypes)
      .default('performance'),
    period_type: Joi.string()
      .valid('hour', ...periodTypes)
      .default('hour'),
  },
  example: { date_range: '7d', metric_type: 'quality' },
  reads: 'aggregates',
  sources: ['metrics'],
  columns: columnsOf,
  key: keyOf,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
