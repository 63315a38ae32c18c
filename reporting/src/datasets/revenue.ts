import { createSqlParameters } from '../reading/sql-parameters.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { currencyParam, periodStart, periodTypeParam, unitOfPeriod } from './period-params.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columnsOf = ({ period_type }: DatasetParams): Column[] => [
  { name: 'period_start', title: 'Period', type: 'date', ...unitOfPeriod(period_type) },
  { name: 'currency', title: 'Currency', type: 'text' },
  { name: 'total_revenue', title: 'Revenue', type: 'decimal' },
  { name: 'payments', title: 'Payments', type: 'integer' },
  { name: 'succeeded', title: 'Succeeded payments', type: 'integer' },
  { name: 'success_rate', title: 'Success rate', type: 'number', unit: 'percent' },
  { name: 'refunds', title: 'Refunds', type: 'integer' },
  { name: 'refunded', title: 'Refunded', type: 'decimal' },
  { name: 'mrr', title: 'MRR', type: 'decimal' },
  { name: 'arr', title: 'ARR', type: 'decimal' },
  { name: 'mrr_opening', title: 'MRR before', type: 'decimal' },
  { name: 'mrr_new', title: 'New MRR', type: 'decimal' },
  { name: 'mrr_expansion', title: 'Expansion', type: 'decimal' },
  { name: 'mrr_contraction', title: 'Contraction', type: 'decimal' },
  { name: 'mrr_churned', title: 'Churned MRR', type: 'decimal' },
  { name: 'mrr_reactivated', title: 'Reactivated MRR', type: 'decimal' },
  { name: 'churn_rate', title: 'Churn rate', type: 'number', unit: 'percent' },
  { name: 'net_retention', title: 'Net retention', type: 'number', unit: 'percent' },
  { name: 'computed_at', title: 'Computed', type: 'instant' },
];
const key: KeyColumn[] = [{ name: 'period_start' }, { name: 'currency' }];

function source({ siteId, days }: DatasetContext, params: DatasetParams): SqlSource {
  const { period_type: type, currency } = params;
  const parameters = createSqlParameters(siteId);
  const conditions = [
    `site_id = ${parameters.site()}`,
    `period_type = ${parameters.add(type, 'text')}`,
    `period_start >= ${parameters.add(periodStart(days.from, type), 'text')}::date`,
    `period_start <= ${parameters.add(days.to, 'text')}::date`,
  ];
  if (currency) conditions.push(`currency = ${parameters.add(currency, 'text')}`);
  const text = `/* reporting.revenue */
select period_start, currency, total_revenue, payments, succeeded, trim_scale(success_rate) as success_rate, refunds, refunded, mrr, arr,
  mrr_opening, mrr_new, mrr_expansion, mrr_contraction, mrr_churned, mrr_reactivated, trim_scale(churn_rate) as churn_rate,
  trim_scale(net_retention) as net_retention, computed_at
from revenue_aggregates where ${conditions.join(' and ')}`;
  return { text, values: parameters.values, columns: columnsOf(params), key };
}

export const revenue: Dataset = {
  id: 'revenue',
  title: 'Revenue',
  description:
    "Revenue by currency for each period that the range touches, from the hourly aggregation: succeeded payments less refunds, each transaction counted once, and recurring revenue (MRR, ARR) at the end of the period with its movements. Periods are complete and in the site's time zone.",
  defaultRange: '12mo',
  params: { period_type: periodTypeParam('month'), currency: currencyParam },
  example: { date_range: '12mo', period_type: 'month' },
  reads: 'aggregates',
  columns: columnsOf,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
