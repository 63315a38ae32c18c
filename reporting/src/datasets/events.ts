import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import { createSqlParameters } from '../query/sql-parameters.js';
import type { Column, Dataset, DatasetContext, DatasetParams, KeyColumn } from './dataset.js';
import { filterOf, filtersParam } from './filters-param.js';
import { type SqlSource, sqlRows } from './sql-rows.js';

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
];
const key: KeyColumn[] = [{ name: 'timestamp' }, { name: 'event_id', sqlType: 'uuid' }];

function source({ siteId, range }: DatasetContext, params: DatasetParams): SqlSource {
  const parameters = createSqlParameters(siteId);
  const site = parameters.site();
  const from = parameters.add(range.from.toISOString(), 'timestamptz');
  const to = parameters.add(range.to.toISOString(), 'timestamptz');
  const filter = filterOf(params);
  const text = `/* reporting.events */
select ${columns.map(({ name }) => name).join(', ')} from events
where site_id = ${site} and timestamp >= ${from} and timestamp < ${to}
  ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}`;
  return { text, values: parameters.values, columns, key };
}

export const events: Dataset = {
  id: 'events',
  title: 'Events',
  description: 'Every stored event of the range as it is, oldest first.',
  defaultRange: 'day',
  params: { filters: filtersParam },
  example: { date_range: 'day', filters: [['is', 'event_type', ['view']]] },
  reads: 'events',
  columns: () => columns,
  key: () => key,
  rows: (context, params) => sqlRows(context, source(context, params)),
};
