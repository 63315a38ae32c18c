import { createSqlParameters } from '../reading/sql-parameters.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { periodStart, periodTypeParam, unitOfPeriod } from './period-params.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columnsOf = ({ period_type }: DatasetParams): Column[] => [
  { name: 'period_start', title: 'Period', type: 'date', ...unitOfPeriod(period_type) },
  { name: 'created', title: 'Created', type: 'integer' },
  { name: 'completed', title: 'Completed', type: 'integer' },
  { name: 'completion_rate', title: 'Completion rate', type: 'number', unit: 'percent' },
  { name: 'total_players', title: 'Players', type: 'integer' },
  { name: 'average_players', title: 'Players per tournament', type: 'number' },
  { name: 'average_duration', title: 'Duration', type: 'number', unit: 'minutes' },
  { name: 'most_popular_format', title: 'Most popular format', type: 'text' },
  { name: 'revenue', title: 'Revenue by currency', type: 'json' },
  { name: 'computed_at', title: 'Computed', type: 'instant' },
];
const key: KeyColumn[] = [{ name: 'period_start' }];

function source({ siteId, days }: DatasetContext, params: DatasetParams): SqlSource {
  const { period_type: type } = params;
  const parameters = createSqlParameters(siteId);
  const text = `/* reporting.tournaments */
select period_start, created, completed, trim_scale(completion_rate) as completion_rate, total_players,
  trim_scale(average_players) as average_players, trim_scale(average_duration) as average_duration, most_popular_format, revenue, computed_at
from tournament_aggregates
where site_id = ${parameters.site()} and period_type = ${parameters.add(type, 'text')}
  and period_start >= ${parameters.add(periodStart(days.from, type), 'text')}::date
  and period_start <= ${parameters.add(days.to, 'text')}::date`;
  return { text, values: parameters.values, columns: columnsOf(params), key };
}

export const tournaments: Dataset = {
  id: 'tournaments',
  title: 'Tournaments',
  description:
    "Tournaments for each period that the range touches, from the hourly aggregation: how many were created and completed, their players, duration and revenue by currency. Periods are complete and in the site's time zone. Periods without tournaments have no row.",
  defaultRange: '12mo',
  params: { period_type: periodTypeParam('month') },
  example: { date_range: '12mo', period_type: 'week' },
  reads: 'aggregates',
  columns: columnsOf,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
