/** Totals, top lists and series of days. */
import { type ApiFilter, apiName, inScope } from '../conditions.js';
import type { DayRange } from '../day-range.js';
import type { Dialect } from '../dialect.js';
import { type ApiRow, type QueryCase, tableOf } from '../query-case.js';

export interface CountQuestion {
  name: string;
  range: DayRange;
  filters?: ApiFilter[];
  limitMs: number;
  atLeast?: number;
}

const metrics = ['views', 'visitors'];
const figures = (dialect: Dialect) =>
  `${dialect.count("event_type = 'view'")} as views, ${dialect.countUsers()} as visitors`;

const readRows = (answer: unknown) => [tableOf((answer as { results: ApiRow[] }).results)];

function bodyOf({ range, filters = [] }: CountQuestion, more: Record<string, unknown> = {}): Record<string, unknown> {
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

const caseOf = ({ name, limitMs, atLeast }: CountQuestion) => ({
  name,
  path: '/api/v1/query' as const,
  limitMs,
  ...(atLeast !== undefined && { atLeast }),
});

export const totals = (question: CountQuestion): QueryCase => ({
  ...caseOf(question),
  body: bodyOf(question),
  read: readRows,
  sql: (dialect) => [
    `select ${figures(dialect)} from events where ${inScope(dialect, question.range, question.filters)}`,
  ],
});

/** By the metric, the most first; of equal ones those first whose bytes are less, null last. */
export function topSql(dialect: Dialect, dimension: string, metric: string, scope: string, limit: number): string {
  const column = dialect.column(dimension);
  return `select ${column} as value, ${figures(dialect)} from events where ${scope}
group by ${column} order by ${metric} desc, ${dialect.isNone(column)}, ${dialect.bytes(column)} limit ${limit}`;
}

export const topTen = (question: CountQuestion, dimension: string): QueryCase => ({
  ...caseOf(question),
  body: bodyOf(question, {
    dimensions: [apiName(dimension)],
    order_by: [['views', 'desc']],
    pagination: { limit: 10 },
  }),
  read: readRows,
  sql: (dialect) => [topSql(dialect, dimension, 'views', inScope(dialect, question.range, question.filters), 10)],
});

/** Days without events are rows of the API, not of SQL. */
export const byDay = (question: CountQuestion): QueryCase => ({
  ...caseOf(question),
  body: bodyOf(question, { dimensions: ['time:day'] }),
  read: (answer) =>
    readRows(answer).map((table) => table.filter(([, ...counts]) => counts.some((count) => count !== 0))),
  sql: (dialect) => [
    `select ${dialect.date(question.range.timezone)} as day, ${figures(dialect)} from events
where ${inScope(dialect, question.range, question.filters)} group by 1 order by 1`,
  ],
});
