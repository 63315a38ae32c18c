import Joi from 'joi';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columns: Column[] = [
  { name: 'day', title: 'Day', type: 'date' },
  { name: 'profile_id', title: 'Profile', type: 'text' },
  { name: 'impressions', title: 'Impressions', type: 'integer' },
  { name: 'views', title: 'Views', type: 'integer' },
  { name: 'clicks', title: 'Clicks', type: 'integer' },
  { name: 'signups', title: 'Signups', type: 'integer' },
  { name: 'payments', title: 'Payments', type: 'integer' },
  { name: 'conversions', title: 'Conversions', type: 'integer' },
  { name: 'ctr', title: 'Click rate', type: 'number', unit: 'percent' },
  { name: 'conversion_rate', title: 'Conversion rate', type: 'number', unit: 'percent' },
  { name: 'revenue', title: 'Revenue by currency', type: 'json' },
  { name: 'ecpm', title: 'eCPM by currency', type: 'json' },
  { name: 'computed_at', title: 'Computed', type: 'instant' },
];
const key: KeyColumn[] = [{ name: 'day' }, { name: 'profile_id' }];

function source({ siteId, days }: DatasetContext, { profile_ids: ids }: DatasetParams): SqlSource {
  const text = `/* reporting.profilePerformance */
select ${columns.map(({ name }) => name).join(', ')} from profile_performance
where site_id = $1 and day >= $2 and day <= $3 and ($4::text[] is null or profile_id = any($4))`;
  return { text, values: [siteId, days.from, days.to, ids ?? null], columns, key };
}

export const profilePerformance: Dataset = {
  id: 'profile-performance',
  title: 'Profiles by day',
  description: 'What each profile got on each day of the range, as the daily rollup computed it.',
  defaultRange: '30d',
  params: { profile_ids: Joi.array().items(Joi.string().min(1).max(128)).single().min(1).max(1_000) },
  example: { date_range: '7d' },
  reads: 'aggregates',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
