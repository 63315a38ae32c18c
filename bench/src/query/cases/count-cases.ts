import { type ApiRow, type QueryCase, tableOf } from '../query-case.js';
import { type ApiFilter, apiName, column, countWhere, type DayRange, inScope } from '../sql.js';

interface CountParams {
  name: string;
  range: DayRange;
  filters?: ApiFilter[];
  limitMs: number;
  atLeast?: number;
}

const metrics = ['views', 'visitors'];
const figures = `${countWhere("event_type = 'view'")} as views, count(distinct user_id)::int as visitors`;

const readRows = (answer: unknown) => [tableOf((answer as { results: ApiRow[] }).results)];

function bodyOf({ range, filters = [] }: CountParams, more: Record<string, unknown> = {}): Record<string, unknown> {
  const { siteId, days, timezone } = range;
  return {
    site_id: siteId,
    metrics,
    date_range: days,
    ...(timezone !== 'UTC' && { timezone }),
    ...(filters.length > 0 && { filters }),
    ...more,
  };
}

const caseOf = ({ name, limitMs, atLeast }: CountParams) => ({
  name,
  path: '/api/v1/query' as const,
  limitMs,
  ...(atLeast !== undefined && { atLeast }),
});

export const totals = (params: CountParams): QueryCase => ({
  ...caseOf(params),
  body: bodyOf(params),
  read: readRows,
  sql: () => [`select ${figures} from events where ${inScope(params.range, params.filters)}`],
});

/** Sorted by `metric`, descending; ties in byte order with null last. */
function topSql(dimension: string, metric: string, scope: string): string {
  const expression = column(dimension);
  return `select ${expression} as value, ${figures} from events where ${scope}
group by ${expression} order by ${metric} desc, ${expression} is null, ${expression} collate "C" limit 10`;
}

export const topTen = (params: CountParams, dimension: string): QueryCase => ({
  ...caseOf(params),
  body: bodyOf(params, {
    dimensions: [apiName(dimension)],
    order_by: [['views', 'desc']],
    pagination: { limit: 10 },
  }),
  read: readRows,
  sql: () => [topSql(dimension, 'views', inScope(params.range, params.filters))],
});

/** The API also returns days without events, SQL does not. */
export const byDay = (params: CountParams): QueryCase => ({
  ...caseOf(params),
  body: bodyOf(params, { dimensions: ['time:day'] }),
  read: (answer) =>
    readRows(answer).map((table) => table.filter(([, ...counts]) => counts.some((count) => count !== 0))),
  sql: () => [
    `select (timestamp at time zone '${params.range.timezone}')::date::text as day, ${figures} from events
where ${inScope(params.range, params.filters)} group by 1 order by 1`,
  ],
});

const panelDimensions = [
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
  ],
  'plan',
];

/** A dashboard: twenty top lists under one filter, requested as one batch. */
export const panels = ({ name, range, filters = [], limitMs }: CountParams): QueryCase => ({
  name,
  path: '/api/v1/query/batch',
  limitMs,
  body: {
    site_id: range.siteId,
    date_range: range.days,
    filters,
    queries: panelDimensions.map((dimension) => ({
      metrics,
      dimensions: [apiName(dimension)],
      order_by: [['visitors', 'desc']],
      limit: 10,
    })),
  },
  read: (answer) => (answer as { results: { results: ApiRow[] }[] }).results.map(({ results }) => tableOf(results)),
  sql: () => panelDimensions.map((dimension) => topSql(dimension, 'visitors', inScope(range, filters))),
});
