import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn, Row } from './dataset.js';
import { filterOf, filtersParam } from './filters-param.js';
import { itemsParam } from './items-param.js';
import { admitEvents, whereEvents } from './raw-events.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

const columns: Column[] = [
  { name: 'timestamp', title: 'Time', type: 'instant' },
  { name: 'event_id', title: 'Event', type: 'text' },
  { name: 'event_type', title: 'Type', type: 'text' },
  { name: 'path', title: 'Path', type: 'text' },
  { name: 'profile_id', title: 'Profile', type: 'text' },
  { name: 'referrer', title: 'Referrer', type: 'text' },
];
const key: KeyColumn[] = [
  { name: 'timestamp', direction: 'desc' },
  { name: 'event_id', sqlType: 'uuid', direction: 'desc' },
];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { parameters, where } = whereEvents(context, params);
  const text = `/* reporting.recentActivity */
select ${columns.map(({ name }) => name).join(', ')} from events where ${where}
order by timestamp desc, event_id desc limit ${parameters.add(params.limit, 'bigint')}`;
  return { text, values: parameters.values, columns, key };
}

/** Reads all of the latest events at once. */
export async function readRecentActivity(context: DatasetContext, limit: number): Promise<Row[]> {
  const { after: _after, ...first } = context;
  const rows: Row[] = [];
  for await (const batch of recentActivity.rows({ ...first, limit }, { limit })) rows.push(...batch);
  return rows;
}

export const recentActivity: Dataset = {
  id: 'recent-activity',
  title: 'Recent activity',
  description:
    'The latest events in the range, newest first. Includes bots. Leaves out users, sessions and properties, so it is safe to share; use `events` for those.',
  defaultRange: '7d',
  params: { limit: itemsParam, filters: filtersParam },
  example: { limit: 20 },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  async *rows(context, params) {
    await admitEvents({ ...context, limit: filterOf(params) ? undefined : params.limit }, params);
    yield* sqlRows(context, source(context, params));
  },
};
