import { currencyOf, decimalOf, nameOf } from '@millrace/shared/contract/money-sql';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { filtersParam } from './filters-param.js';
import { eventRows, whereEvents } from './raw-events.js';
import type { SqlSource } from './sql-rows.js';

const columns: Column[] = [
  { name: 'timestamp', title: 'Time', type: 'instant' },
  { name: 'event_id', title: 'Event', type: 'text' },
  { name: 'category', title: 'Category', type: 'text' },
  { name: 'feature', title: 'Feature', type: 'text' },
  { name: 'amount', title: 'Amount', type: 'decimal' },
  { name: 'currency', title: 'Currency', type: 'text' },
  { name: 'path', title: 'Path', type: 'text' },
  { name: 'user_id', title: 'User', type: 'text' },
  { name: 'profile_id', title: 'Profile', type: 'text' },
  { name: 'properties', title: 'Properties', type: 'json' },
];
const key: KeyColumn[] = [{ name: 'timestamp' }, { name: 'event_id', sqlType: 'uuid' }];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { parameters, where } = whereEvents(context, params, ['cost']);
  const text = `/* reporting.costs */
select timestamp, event_id, ${nameOf('category')} as category, ${nameOf('feature')} as feature, ${decimalOf('amount')} as amount,
  ${currencyOf} as currency, path, user_id, profile_id, properties
from events where ${where}`;
  return { text, values: parameters.values, columns, key };
}

export const costs: Dataset = {
  id: 'costs',
  title: 'Costs',
  description:
    'All events of type `cost` in the range, oldest first. Amounts are exact and can be negative. Amount, currency, category and feature are null in old events that were accepted without them.',
  defaultRange: '30d',
  params: { filters: filtersParam },
  example: { date_range: '30d', filters: [['is', 'property:category', ['hosting']]] },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => eventRows(context, params, source(context, params), ['cost']),
};
