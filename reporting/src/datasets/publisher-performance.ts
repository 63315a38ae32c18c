import { granularities } from '@millrace/shared/contract/job-data';
import Joi from 'joi';
import { createSqlParameters } from '../reading/sql-parameters.js';
import { rangeOfPeriods } from './aggregated-range.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const start: Column = { name: 'bucket_start', title: 'From', type: 'instant' };
const day: Column = { name: 'day', title: 'First day', type: 'date' };
const figures: Column[] = [
  { name: 'ad_requests', title: 'Ad requests', type: 'integer' },
  { name: 'impressions', title: 'Impressions', type: 'integer' },
  { name: 'clicks', title: 'Clicks', type: 'integer' },
  { name: 'ctr', title: 'Click rate', type: 'number', unit: 'percent' },
  { name: 'fill_rate', title: 'Fill rate', type: 'number', unit: 'percent' },
  { name: 'revenue', title: 'Revenue by currency', type: 'json' },
  { name: 'ecpm', title: 'eCPM by currency', type: 'json' },
  { name: 'computed_at', title: 'Computed', type: 'instant' },
];
const columnsOf = ({ granularity }: DatasetParams) =>
  granularity === 'hour' ? [start, ...figures] : [start, day, ...figures];
const key: KeyColumn[] = [{ name: 'bucket_start' }];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const parameters = createSqlParameters(context.siteId);
  const { granularity } = params;
  const { from, to } = rangeOfPeriods(context, granularity);
  const site = parameters.site();
  const text = `/* reporting.publisherPerformance */
select bucket_start, (bucket_start at time zone ${parameters.add(context.siteTimezone, 'text')})::date as day, ad_requests, impressions,
  clicks, trim_scale(ctr) as ctr, trim_scale(fill_rate) as fill_rate, revenue, ecpm, computed_at
from publisher_performance
where site_id = ${site} and granularity = ${parameters.add(granularity, 'text')}
  and bucket_start >= ${parameters.add(from.toISOString(), 'timestamptz')}
  and bucket_start < ${parameters.add(to.toISOString(), 'timestamptz')}`;
  return { text, values: parameters.values, columns: columnsOf(params), key };
}

export const publisherPerformance: Dataset = {
  id: 'publisher-performance',
  title: 'Advertising',
  description:
    "Ad requests, impressions, clicks and ad revenue of the site for each hour, day, week or month that the range touches, from the hourly aggregation. Revenue and eCPM are decimals by currency. Days, weeks (from Monday) and months are complete and in the site's time zone; `day` is their first day. Periods without such events have no row.",
  defaultRange: '30d',
  params: {
    granularity: Joi.string()
      .valid(...granularities)
      .default('day'),
  },
  example: { date_range: '7d', granularity: 'day' },
  reads: 'aggregates',
  columns: columnsOf,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
