import { currencyOf, decimalOf, nameOf } from '@millrace/shared/contract/money-sql';
import Joi from 'joi';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { filtersParam } from './filters-param.js';
import { admitEvents, whereEvents } from './raw-events.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const category: Column = { name: 'category', title: 'Category', type: 'text' };
const feature: Column = { name: 'feature', title: 'Feature', type: 'text' };
const currency: Column = { name: 'currency', title: 'Currency', type: 'text' };
const figures: Column[] = [
  { name: 'total', title: 'Total', type: 'decimal' },
  { name: 'share', title: 'Share of currency total', type: 'number', unit: 'percent' },
  { name: 'count', title: 'Costs', type: 'integer' },
  { name: 'mean', title: 'Mean', type: 'decimal' },
  { name: 'min', title: 'Smallest', type: 'decimal' },
  { name: 'max', title: 'Largest', type: 'decimal' },
];

const groups: Record<string, Column[]> = { category: [category], feature: [feature], both: [category, feature] };
const groupsOf = ({ by }: DatasetParams) => groups[by]!;
const columnsOf = (params: DatasetParams) => [currency, ...groupsOf(params), ...figures];
const keyOf = (params: DatasetParams): KeyColumn[] => [
  { name: 'currency' },
  { name: 'total', direction: 'desc' },
  ...groupsOf(params).map(({ name }) => ({ name })),
];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { parameters, where } = whereEvents(context, params, ['cost']);
  const names = groupsOf(params).map(({ name }) => name);
  const text = `/* reporting.costAnalysis */
select currency, ${names.join(', ')}, sum(amount) as total,
  round(100 * sum(amount) / nullif(sum(sum(amount)) over (partition by currency), 0), 2) as share,
  count(*) as count, trim_scale(round(avg(amount), 6)) as mean, min(amount) as min, max(amount) as max
from (
  select ${currencyOf} as currency, ${decimalOf('amount')} as amount,
    ${names.map((name) => `coalesce(${nameOf(name)}, '') as ${name}`).join(', ')}
  from events where ${where}) as cost
where currency is not null and amount is not null group by currency, ${names.join(', ')}`;
  return { text, values: parameters.values, columns: columnsOf(params), key: keyOf(params) };
}

export const costAnalysis: Dataset = {
  id: 'cost-analysis',
  title: 'Costs by category and feature',
  description:
    'Totals of the cost events in the range by category, by feature or by both, with the largest total of each currency first. Totals are exact, means have up to six decimals, and `share` is the share of the total in that currency. Costs without a category or feature have an empty string.',
  defaultRange: '30d',
  params: { by: Joi.string().valid('category', 'feature', 'both').default('category'), filters: filtersParam },
  example: { date_range: '30d', by: 'feature' },
  reads: 'events',
  columns: columnsOf,
  key: keyOf,
  async *rows(context, params) {
    const { limit: _limit, ...whole } = context;
    await admitEvents(whole, params, ['cost']);
    yield* sqlRows(context, source(context, params));
  },
};
