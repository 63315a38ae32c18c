import type { Column, Dataset, DatasetContext, KeyColumn } from './dataset.js';
import { periodStart } from './period-params.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columns: Column[] = [
  { name: 'cohort_month', title: 'Month of signup', type: 'date', unit: 'month' },
  { name: 'month_number', title: 'Months since', type: 'integer' },
  { name: 'cohort_size', title: 'Users', type: 'integer' },
  { name: 'users_retained', title: 'Active users', type: 'integer' },
  { name: 'retention_rate', title: 'Retention', type: 'number', unit: 'percent' },
  { name: 'computed_at', title: 'Computed', type: 'instant' },
];
const key: KeyColumn[] = [{ name: 'cohort_month' }, { name: 'month_number' }];

function source({ siteId, days }: DatasetContext): SqlSource {
  const text = `/* reporting.cohorts */
select cohort_month, month_number, cohort_size, users_retained, trim_scale(retention_rate) as retention_rate, computed_at
from user_cohorts where site_id = $1 and cohort_month >= $2::date and cohort_month <= $3::date`;
  return { text, values: [siteId, periodStart(days.from, 'month'), days.to], columns, key };
}

export const cohorts: Dataset = {
  id: 'cohorts',
  title: 'Cohorts',
  description:
    "Users by the month of their first signup, for each month that the range touches, with how many of them were active in that month (number 0) and in each month since. Computed by the hourly aggregation, in the site's time zone.",
  defaultRange: '12mo',
  params: {},
  example: { date_range: '6mo' },
  reads: 'aggregates',
  columns: () => columns,
  key: () => key,
  rows: (context) => sqlRows(context, source(context)),
};
