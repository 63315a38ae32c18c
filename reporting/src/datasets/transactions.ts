import { currencyOf, decimalOf, nameOf } from '@millrace/shared/contract/money-sql';
import { isCounted, moneyEvents, moneyTables, moneyTypes } from './counted-money.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { filtersParam } from './filters-param.js';
import { eventRows, whereEvents } from './raw-events.js';
import type { SqlSource } from './sql-rows.js';

const columns: Column[] = [
  { name: 'timestamp', title: 'Time', type: 'instant' },
  { name: 'event_id', title: 'Event', type: 'text' },
  { name: 'kind', title: 'Kind', type: 'text' },
  { name: 'status', title: 'Status', type: 'text' },
  { name: 'counted', title: 'Counted', type: 'boolean' },
  { name: 'amount', title: 'Amount', type: 'decimal' },
  { name: 'currency', title: 'Currency', type: 'text' },
  { name: 'transaction_id', title: 'Transaction', type: 'text' },
  { name: 'refund_id', title: 'Refund', type: 'text' },
  { name: 'subscription_id', title: 'Subscription', type: 'text' },
  { name: 'plan_interval', title: 'Billing interval', type: 'text' },
  { name: 'user_id', title: 'User', type: 'text' },
  { name: 'profile_id', title: 'Profile', type: 'text' },
  { name: 'path', title: 'Path', type: 'text' },
];
const key: KeyColumn[] = [{ name: 'timestamp' }, { name: 'event_id', sqlType: 'uuid' }];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { parameters, where } = whereEvents(context, params, moneyTypes);
  const text = `/* reporting.transactions */
select timestamp, event_id, event_type as kind,
  case event_type when 'refund' then 'refunded' else properties->>'status' end as status, ${isCounted} as counted,
  ${decimalOf('amount')} as amount, ${currencyOf} as currency, ${nameOf('transaction_id')} as transaction_id,
  ${nameOf('refund_id')} as refund_id, ${nameOf('subscription_id')} as subscription_id, properties->>'interval' as plan_interval,
  user_id, profile_id, path
from ${moneyEvents(where)}`;
  return { text, with: moneyTables, values: parameters.values, columns, key };
}

export const transactions: Dataset = {
  id: 'transactions',
  title: 'Payments and refunds',
  description:
    'All payment and refund events in the range, oldest first. `counted` is false for a repeat of an earlier succeeded transaction or refund (even one before the range), and for events without a valid amount, currency and status. The counted ones add up to the sums of `revenue-summary`. `status` is succeeded, failed or refunded.',
  defaultRange: '30d',
  params: { filters: filtersParam },
  example: { date_range: '30d', filters: [['is', 'property:currency', ['EUR']]] },
  reads: 'events',
  // Which payments count is taken from what aggregations have kept.
  sources: ['events', 'aggregates'],
  columns: () => columns,
  key: () => key,
  rows: (context, params) => eventRows(context, params, source(context, params), moneyTypes),
};
