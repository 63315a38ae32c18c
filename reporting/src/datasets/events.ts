import { contextColumns } from '@millrace/shared/contract/event-columns';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { filtersParam } from './filters-param.js';
import { eventRows, whereEvents } from './raw-events.js';
import type { SqlSource } from './sql-rows.js';

/** `utm_source` becomes "Utm source". */
const titleOf = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;

const columns: Column[] = [
  { name: 'timestamp', title: 'Time', type: 'instant' },
  { name: 'event_id', title: 'Event', type: 'text' },
  { name: 'event_type', title: 'Type', type: 'text' },
  { name: 'path', title: 'Path', type: 'text' },
  { name: 'user_id', title: 'User', type: 'text' },
  { name: 'session_id', title: 'Session', type: 'text' },
  { name: 'profile_id', title: 'Profile', type: 'text' },
  { name: 'referrer', title: 'Referrer', type: 'text' },
  { name: 'properties', title: 'Properties', type: 'json' },
  ...contextColumns.map((name): Column => ({ name, title: titleOf(name), type: 'text' })),
];
const key: KeyColumn[] = [{ name: 'timestamp' }, { name: 'event_id', sqlType: 'uuid' }];

function source(context: DatasetContext, params: DatasetParams): SqlSource {
  const { parameters, where } = whereEvents(context, params);
  const text = `/* reporting.events */
select ${columns.map(({ name }) => name).join(', ')} from events where ${where}`;
  return { text, values: parameters.values, columns, key };
}

export const events: Dataset = {
  id: 'events',
  title: 'Events',
  description:
    'All stored events in the range, oldest first, with user, properties and the enriched columns. Includes bots. Only as far back as raw events are stored.',
  defaultRange: 'day',
  params: { filters: filtersParam },
  example: { date_range: '7d', filters: [['is', 'event_type', ['view']]] },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => eventRows(context, params, source(context, params)),
};
