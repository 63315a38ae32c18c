import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn, Row } from './dataset.js';
import { itemsParam } from './items-param.js';
import { batchesInMemory, queryRows } from './query-rows.js';
import { readRecentActivity } from './recent-activity.js';
import { topItems } from './top-items.js';
import { userGrowth, usersUntil } from './user-growth.js';

const columns: Column[] = [
  { name: 'row', title: 'Row', type: 'integer' },
  { name: 'section', title: 'Section', type: 'text' },
  { name: 'period', title: 'Day or month', type: 'date' },
  { name: 'item', title: 'Item', type: 'text' },
  { name: 'events', title: 'Events', type: 'integer' },
  { name: 'views', title: 'Views', type: 'integer' },
  { name: 'visitors', title: 'Visitors', type: 'integer' },
  { name: 'new_users', title: 'New users', type: 'integer' },
  { name: 'total_users', title: 'Users', type: 'integer' },
  { name: 'timestamp', title: 'Time', type: 'instant' },
  { name: 'event_type', title: 'Type', type: 'text' },
];
const key: KeyColumn[] = [{ name: 'row' }];

/** Values by column. Missing ones are null. */
type Values = Record<string, string | null>;

const metrics = ['events', 'views', 'visitors'];

async function summary(context: DatasetContext): Promise<Values[]> {
  const [row] = await queryRows(context, { metrics, dimensions: [] });
  if (!row) return [];
  const [before, total] = [await usersUntil(context, context.range.from), await usersUntil(context, context.range.to)];
  const [events, views, visitors] = row as string[];
  return [
    {
      events: events!,
      views: views!,
      visitors: visitors!,
      new_users: String(total - before),
      total_users: String(total),
    },
  ];
}

async function growth(context: DatasetContext): Promise<Values[]> {
  const rows = await userGrowth(context);
  return rows.map(([period, new_users, total_users, visitors, events]) => ({
    ...{ period, new_users, total_users, visitors, events },
  })) as Values[];
}

async function trends(context: DatasetContext): Promise<Values[]> {
  const rows = await queryRows(context, { metrics, dimensions: ['time:day'] });
  return rows.map(([period, events, views, visitors]) => ({ period, events, views, visitors })) as Values[];
}

async function top(context: DatasetContext, of: string, limit: number): Promise<Values[]> {
  const rows = await topItems(context, { of, by: 'events', limit });
  return rows.map(([, item, events, views, visitors]) => ({ item, events, views, visitors })) as Values[];
}

async function recent(context: DatasetContext, limit: number): Promise<Values[]> {
  const rows = await readRecentActivity(context, limit);
  return rows.map(([timestamp, , event_type, item]) => ({ timestamp, event_type, item })) as Values[];
}

/** In reading order. */
const sections: Record<string, (context: DatasetContext, limit: number) => Promise<Values[]>> = {
  summary,
  user_growth: growth,
  activity_trends: trends,
  top_paths: (context, limit) => top(context, 'paths', limit),
  top_referrers: (context, limit) => top(context, 'referrers', limit),
  top_profiles: (context, limit) => top(context, 'profiles', limit),
  top_event_types: (context, limit) => top(context, 'event_types', limit),
  recent_activity: recent,
};

async function comprehensiveRows(context: DatasetContext, { limit }: DatasetParams): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [section, read] of Object.entries(sections)) {
    for (const values of await read(context, limit)) {
      const named: Values = { ...values, section, row: String(rows.length + 1) };
      rows.push(columns.map(({ name }) => named[name] ?? null));
    }
  }
  return rows;
}

export const comprehensive: Dataset = {
  id: 'comprehensive',
  title: 'Everything at a glance',
  description:
    '`user-growth`, `activity-trends`, `top-items` and `recent-activity` for the range in one table, section by section: `summary` (one row of totals: events, views, visitors, users who signed up in the range, and all users by its end), `user_growth` (months), `activity_trends` (days), `top_paths`, `top_referrers`, `top_profiles`, `top_event_types` and `recent_activity`, the last five with up to `limit` rows each. Columns that a section does not have are empty.',
  defaultRange: '30d',
  params: { limit: itemsParam },
  timeUnit: () => 'day',
  example: { date_range: '30d', limit: 10 },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => batchesInMemory(context, params, comprehensive, () => comprehensiveRows(context, params)),
};
