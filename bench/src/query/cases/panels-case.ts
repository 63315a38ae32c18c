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

/** All lists in one pass, which is what suits both engines best; a column that is not grouped by is empty there. */
function groupingSetsSql(dialect: Dialect, { range, filters }: PanelsQuestion): string {
  const columns = panelDimensions.join(', ');
  const sets = panelDimensions.map((dimension) => `(${dimension})`).join(', ');
  const texts = panelDimensions.map((dimension) => `cast(${dimension} as varchar)`).join(', ');
  const order = `visitors desc, ${dialect.isNone('value')}, value`;
  const lists = `select grouping(${columns}) as list, ${dialect.name === 'clickhouse' ? 'concat' : 'coalesce'}(${texts}) as value,
    ${dialect.count("event_type = 'view'")} as views, ${dialect.countUsers()} as visitors
  from events where ${inScope(dialect, range, filters)} group by grouping sets (${sets})`;
  const firsts =
    dialect.name === 'clickhouse'
      ? `order by list, ${order} limit ${rowsOfPanel} by list`
      : `qualify row_number() over (partition by list order by ${order}) <= ${rowsOfPanel} order by list, ${order}`;
  return `select list, value, views, visitors from (${lists}) ${firsts}`;
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
    if (dialect.name !== 'postgres') return [groupingSetsSql(dialect, question)];
    const scope = inScope(dialect, question.range, question.filters);
    return panelDimensions.map((dimension) => topSql(dialect, dimension, 'visitors', scope, rowsOfPanel));
  },
  shape: (results, dialect) => (dialect.name === 'postgres' ? results : byPanel(results)),
});
