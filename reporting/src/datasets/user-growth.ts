import type { TimeRange } from '../query/resolved-query.js';
import { timeBuckets } from '../query-request/time-buckets.js';
import type { Column, Dataset, DatasetContext, KeyColumn, Row } from './dataset.js';
import { batchesInMemory, queryRows } from './query-rows.js';

const columns: Column[] = [
  { name: 'month', title: 'Month', type: 'date', unit: 'month' },
  { name: 'new_users', title: 'New users', type: 'integer' },
  { name: 'total_users', title: 'Users', type: 'integer' },
  { name: 'visitors', title: 'Visitors', type: 'integer' },
  { name: 'events', title: 'Events', type: 'integer' },
];
const key: KeyColumn[] = [{ name: 'month' }];

/** Before every event. */
const beginning = new Date('2000-01-01T00:00:00Z');

/** Users who have signed up before an instant. */
export async function usersUntil(context: DatasetContext, until: Date): Promise<number> {
  const range: TimeRange = { from: beginning, to: until };
  const filters = [['is', 'event_type', ['signup']]];
  const rows = await queryRows({ ...context, range }, { metrics: ['visitors'], dimensions: [], filters });
  return Number(rows[0]?.[0] ?? 0);
}

/** Rows of months with the columns of the dataset. */
export async function userGrowth(context: DatasetContext): Promise<Row[]> {
  const months = await queryRows(context, { metrics: ['visitors', 'events'], dimensions: ['time:month'] });
  if (months.length === 0) return [];
  const { bounds } = timeBuckets('month', context.range, context.timezone);
  const users: number[] = [];
  for (const bound of bounds) users.push(await usersUntil(context, bound));
  return months.map(([month, visitors, events], place) => {
    const [before, total] = [users[place]!, users[place + 1]!];
    return [month!, String(total - before), String(total), visitors!, events!];
  });
}

export const userGrowthDataset: Dataset = {
  id: 'user-growth',
  title: 'User growth',
  description:
    'For each month of the range: users who signed up (their first event of type `signup` is in it), all users by its end, visitors and events. The first and last month contain only what is in the range.',
  defaultRange: '12mo',
  params: {},
  example: { date_range: '6mo' },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => batchesInMemory(context, params, userGrowthDataset, () => userGrowth(context)),
};
