import Joi from 'joi';
import { storableText } from '../query-request/storable-text.js';
import { createSqlParameters } from '../reading/sql-parameters.js';
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

const profileId = Joi.string()
  .pattern(new RegExp(storableText(1, 128), 'u'))
  .messages({
    'string.pattern.base': 'must be of 1 to 128 characters, without NUL and unpaired surrogates',
  });

function source({ siteId, days }: DatasetContext, { profile_ids: ids }: DatasetParams): SqlSource {
  const parameters = createSqlParameters(siteId);
  const conditions = [
    `site_id = ${parameters.site()}`,
    `day >= ${parameters.add(days.from, 'text')}::date`,
    `day <= ${parameters.add(days.to, 'text')}::date`,
  ];
  if (ids) conditions.push(`profile_id = any(${parameters.add(ids, 'text[]')})`);
  const text = `/* reporting.profilePerformance */
select day, profile_id, impressions, views, clicks, signups, payments, conversions, trim_scale(ctr) as ctr,
  trim_scale(conversion_rate) as conversion_rate, revenue, ecpm, computed_at
from profile_performance where ${conditions.join(' and ')}`;
  return { text, values: parameters.values, columns, key };
}

export const profilePerformance: Dataset = {
  id: 'profile-performance',
  title: 'Profiles by day',
  description:
    "Results of each profile for each day of the range, from the daily rollup and the hourly aggregation. Conversions are signups and succeeded payments, each transaction once. Revenue is what its ads earned (not its payments) and eCPM is that per 1,000 impressions, both as decimals by currency. Days are in the site's time zone.",
  defaultRange: '30d',
  params: { profile_ids: Joi.array().items(profileId).single().min(1).max(1_000) },
  example: { date_range: '7d' },
  reads: 'aggregates',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
