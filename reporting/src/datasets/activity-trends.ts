import type { Dataset } from './dataset.js';
import { countedOf, countedParams } from './filters-param.js';
import { batchesInMemory, queryRows } from './query-rows.js';

const columns: Dataset['columns'] = () => [
  { name: 'day', title: 'Day', type: 'date' },
  { name: 'events', title: 'Events', type: 'integer' },
  { name: 'views', title: 'Views', type: 'integer' },
  { name: 'visitors', title: 'Visitors', type: 'integer' },
];
const key: Dataset['key'] = () => [{ name: 'day' }];

export const activityTrends: Dataset = {
  id: 'activity-trends',
  title: 'Activity by day',
  description:
    'Events, views and visitors for each day of the range, including days without any. The first and last day contain only what is in the range.',
  defaultRange: '30d',
  params: countedParams,
  timeUnit: () => 'day',
  example: { date_range: '7d' },
  reads: 'events',
  columns,
  key,
  rows: (context, params) =>
    batchesInMemory(context, params, activityTrends, () =>
      queryRows(context, {
        metrics: ['events', 'views', 'visitors'],
        dimensions: ['time:day'],
        ...countedOf(params),
      }),
    ),
};
