import type { Dataset } from './dataset.js';
import { queryBatches } from './query-rows.js';

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
  description: 'Events, views and visitors of each day of the range, days without any included.',
  defaultRange: '30d',
  params: {},
  example: { date_range: '7d' },
  reads: 'events',
  columns,
  key,
  rows: (context, params) =>
    queryBatches(
      context,
      { metrics: ['events', 'views', 'visitors'], dimensions: ['time:day'] },
      columns(params),
      key(params),
    ),
};
