import { currencyOf, decimalOf } from '@millrace/shared/contract/money-sql';
import { dayMs } from '@millrace/shared/time/durations';
import { queryLimits } from '../query-request/query-names.js';
import { refusal } from '../query-request/refuse.js';
import { timeBuckets } from '../query-request/time-buckets.js';
import { isCounted, moneyEvents, moneyTables, moneyTypes } from './counted-money.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { currencyParam, periodTypeParam, unitOfPeriod } from './period-params.js';
import { admitEvents, whereEvents } from './raw-events.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columnsOf = ({ period_type }: DatasetParams): Column[] => [
  { name: 'period', title: 'Period', type: 'date', ...unitOfPeriod(period_type) },
  { name: 'currency', title: 'Currency', type: 'text' },
  { name: 'status', title: 'Status', type: 'text' },
  { name: 'count', title: 'Number', type: 'integer' },
  { name: 'sum', title: 'Sum', type: 'decimal' },
  { name: 'mean', title: 'Mean', type: 'decimal' },
  { name: 'median', title: 'Median', type: 'decimal' },
  { name: 'min', title: 'Smallest', type: 'decimal' },
  { name: 'max', title: 'Largest', type: 'decimal' },
];
const key: KeyColumn[] = [{ name: 'period' }, { name: 'currency' }, { name: 'status' }];

/** The exact median: for an even count, half the sum of the two middle amounts. SQL's percentile_cont computes in doubles. */
const median = `(percentile_disc(0.5) within group (order by amount) + percentile_disc(0.5) within group (order by amount desc)) / 2`;

function bucketsOf({ range, timezone, weekStart, days }: DatasetContext, { period_type: type }: DatasetParams) {
  const mostDays = queryLimits.buckets * dayMs;
  if (type === 'day' && Date.parse(days.to) - Date.parse(days.from) >= mostDays) {
    throw refusal(['period_type'], 'must not be day for a range of more than 10,000 days');
  }
  return timeBuckets(type, range, timezone, weekStart);
}

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { bounds, labels } = bucketsOf(context, params);
  const { parameters, where } = whereEvents(context, params, moneyTypes);
  const starts = parameters.add(
    bounds.slice(0, -1).map((bound) => bound.toISOString()),
    'timestamptz[]',
  );
  const period = `(${parameters.add(labels, 'text[]')})[width_bucket(timestamp, ${starts})]::date`;
  const ofCurrency = params.currency ? `and ${currencyOf} = ${parameters.add(params.currency, 'text')}` : '';
  const text = `/* reporting.revenueSummary */
select period, currency, status, count(*) as count, sum(amount) as sum, trim_scale(round(avg(amount), 6)) as mean,
  trim_scale(${median}) as median, min(amount) as min, max(amount) as max
from (
  select ${period} as period, ${currencyOf} as currency, ${decimalOf('amount')} as amount,
    case event_type when 'refund' then 'refunded' else properties->>'status' end as status
  from ${moneyEvents(`${where} ${ofCurrency}`)} where ${isCounted}) as money
group by period, currency, status`;
  return { text, with: moneyTables, values: parameters.values, columns: columnsOf(params), key };
}

export const revenueSummary: Dataset = {
  id: 'revenue-summary',
  title: 'Payments and refunds in figures',
  description:
    'Number and size of payments and refunds for each period of the range, by currency and status (succeeded, failed, refunded). A succeeded transaction or refund counts once, when it first arrived; every failed attempt counts. Sums are exact, means have up to six decimals. Computed from events in the requested time zone: the first and last period contain only what is in the range, and only as far back as raw events are stored.',
  defaultRange: '12mo',
  params: { period_type: periodTypeParam('month'), currency: currencyParam },
  example: { date_range: '12mo', period_type: 'month' },
  reads: 'events',
  // Aggregations decide which payments count.
  sources: ['events', 'aggregates'],
  columns: columnsOf,
  key: () => key,
  async *rows(context, params) {
    const { limit: _limit, ...whole } = context;
    await admitEvents(whole, params, moneyTypes);
    yield* sqlRows(context, source(context, params));
  },
};
