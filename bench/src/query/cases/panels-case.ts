/** A dashboard: twenty top lists under one filter, asked for at once. */
import { type ApiFilter, apiName, inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import type { Dialect } from '../dialect.js';
import { type ApiRow, type QueryCase, type Table, tableOf, type Value } from '../query-case.js';
import { topSql } from './count-cases.js';

export interface PanelsQuestion {
  name: string;
  range: DayRange;
  filters: ApiFilter[];
  limitMs: number;
}

/** What a panel is about. */
export const panelDimensions = [
  ...['path', 'referrer', 'event_type', 'profile_id', 'country', 'region', 'city', 'timezone', 'language', 'browser'],
  ...[
    'browser_version',
    'os',
    'os_version',
    'device',
    'screen',
    'hostname',
    'utm_source',
    'utm_medium',
    'utm_campaign',
    'plan',
  ],
];

const rowsOfPanel = 10;

/** All lists in one pass; a column that is not grouped by is empty there. */
function clickhouseSql(dialect: Dialect, { range, filters }: PanelsQuestion): string {
  const columns = panelDimensions.join(', ');
  const sets = panelDimensions.map((dimension) => `(${dimension})`).join(', ');
  const values = panelDimensions.map((dimension) => `toString(${dimension})`).join(', ');
  return `select list, value, views, visitors from (
  select grouping(${columns}) as list, concat(${values}) as value,
    ${dialect.count("event_type = 'view'")} as views, ${dialect.countUsers()} as visitors
  from events where ${inScope(dialect, range, filters)} group by grouping sets (${sets}))
order by list, visitors desc, value = '', value limit ${rowsOfPanel} by list`;
}

interface BatchAnswer {
  results: { results: ApiRow[] }[];
}

const byPanel = ([result = []]: Table[]): Table[] => {
  const lists = new Map<Value, Table>();
  for (const [list, ...row] of result) lists.set(list!, [...(lists.get(list!) ?? []), row]);
  return [...lists.values()];
};

export const panels = (question: PanelsQuestion): QueryCase => ({
  name: question.name,
  path: '/api/v1/query/batch',
  limitMs: question.limitMs,
  body: {
    site_id: question.range.siteId,
    date_range: question.range.days,
    filters: question.filters,
    queries: panelDimensions.map((dimension) => ({
      metrics: ['views', 'visitors'],
      dimensions: [apiName(dimension)],
      order_by: [['visitors', 'desc']],
      limit: rowsOfPanel,
    })),
  },
  read: (answer) => (answer as BatchAnswer).results.map(({ results }) => tableOf(results)),
  sql(dialect) {
    if (dialect.name === 'clickhouse') return [clickhouseSql(dialect, question)];
    const scope = inScope(dialect, question.range, question.filters);
    return panelDimensions.map((dimension) => topSql(dialect, dimension, 'visitors', scope, rowsOfPanel));
  },
  shape: (results, dialect) => (dialect.name === 'clickhouse' ? byPanel(results) : results),
});
