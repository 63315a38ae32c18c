import Joi from 'joi';
import { isNumberMetric, parseNumberMetric } from '../query/number-metrics.js';
import type { Metric, NumberMetric } from '../query/resolved-query.js';
import { timeAlias } from '../query-request/alias-names.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { querySchema } from '../query-request/query-schema.js';
import { refusal } from '../query-request/refuse.js';
import { timeUnitOf } from '../query-request/resolve-query.js';
import type { Column, ColumnType, Dataset, DatasetContext, DatasetParams, KeyColumn, Row } from './dataset.js';
import { countedOf, countedParams } from './filters-param.js';
import { unitOfPeriod } from './period-params.js';
import { batchesInMemory, maxRows, queryRows } from './query-rows.js';

/** Resolves aliases in the parameters. @throws ServiceError `invalid_request`. */
const requestOf = ({ limit: _limit, ...query }: DatasetParams): QueryRequest =>
  parseQuery({ ...query, site_id: 'any', date_range: 'day' });

/** Hours and minutes are named by instants, which keep the repeated hour at the end of DST apart; other units by days. */
const typesOfTime: Record<string, ColumnType> = {
  minute: 'instant',
  hour: 'instant',
  hour_of_day: 'integer',
  day_of_week: 'integer',
};
const percents = ['share', 'bounce_rate'];
const means = ['views_per_visitor', 'views_per_visit', 'visit_duration', 'visit_duration_median'];

function typeOfMetric(name: Metric): ColumnType {
  if (isNumberMetric(name)) return 'decimal';
  return [...percents, ...means].includes(name) ? 'number' : 'integer';
}

function titleOfNumber(name: NumberMetric): string {
  const { measure, column } = parseNumberMetric(name);
  const [first, ...rest] = typeof measure === 'object' ? `percentile ${measure.percentile}` : measure;
  return `${first!.toUpperCase()}${rest.join('')} of ${column.slice('property:'.length)}`;
}

function titleOf(name: string): string {
  const [kind, ...rest] = name.split(':');
  if (kind === 'event' && rest.length > 0) return `Events of type ${rest.join(':')}`;
  const words = (rest.join(':') || kind!).replaceAll('_', ' ');
  return words[0]!.toUpperCase() + words.slice(1);
}

function columns(params: DatasetParams): Column[] {
  const { dimensions, metrics } = requestOf(params);
  const ofDimensions = dimensions.map((name): Column => {
    const unit = name.startsWith('time:') ? name.slice('time:'.length) : undefined;
    const type = unit === undefined ? 'text' : (typesOfTime[unit] ?? 'date');
    return { name, title: titleOf(name), type, ...unitOfPeriod(unit ?? '') };
  });
  const ofMetrics = metrics.map((name): Column => {
    const unit = percents.includes(name) ? { unit: 'percent' } : {};
    const title = isNumberMetric(name) ? titleOfNumber(name) : titleOf(name);
    return { name, title, type: typeOfMetric(name), ...unit };
  });
  return [...ofDimensions, ...ofMetrics];
}

function key(params: DatasetParams): KeyColumn[] {
  const { orderBy, dimensions, metrics } = requestOf(params);
  const ordered = orderBy.map((order): KeyColumn => ({ name: order.key, direction: order.direction, nullable: true }));
  const rest = dimensions.filter((name) => !ordered.some((order) => order.name === name));
  const all = [...ordered, ...rest.map((name): KeyColumn => ({ name, nullable: true }))];
  // Without dimensions there is only one row.
  return all.length > 0 ? all : [{ name: metrics[0]!, nullable: true }];
}

/** In the format of `instant` columns. */
const toInstant = (label: string) => new Date(label).toISOString().replace('.000Z', 'Z');

async function rowsOf(context: DatasetContext, params: DatasetParams): Promise<Row[]> {
  const { metrics, dimensions, orderBy } = requestOf(params);
  const rows = await queryRows(context, {
    metrics,
    dimensions,
    ...countedOf(params),
    order_by: orderBy.map(({ key, direction }) => [key, direction]),
    limit: params.limit,
  });
  const isInstant = columns(params).map(({ type }) => type === 'instant');
  return rows.map((row) => row.map((value, place) => (isInstant[place] && value !== null ? toInstant(value) : value)));
}

function check(params: DatasetParams): void {
  const place = params.dimensions.indexOf(timeAlias);
  if (place >= 0) throw refusal(['dimensions', place], 'must name a unit, such as time:day');
  requestOf(params);
}

export const timeseries: Dataset = {
  id: 'timeseries',
  title: 'Any query',
  // In a report the query is fixed, so "Any query" would be odd.
  tableTitle: 'Figures',
  description:
    'Any query of `/api/v1/query` as a table. Columns are its dimensions followed by its metrics, under their own names; rows are in the order of the query. Hours and minutes are named by their start in UTC. At most `limit` rows (default 100,000). Rejected if all rows together exceed 32 MB, whichever page is requested.',
  defaultRange: '30d',
  params: {
    metrics: querySchema.extract('metrics').optional().default(['events', 'views', 'visitors']),
    dimensions: querySchema.extract('dimensions').default(['time:day']),
    ...countedParams,
    order_by: querySchema.extract('order_by'),
    limit: Joi.number().integer().min(1).max(maxRows).default(maxRows),
  },
  check,
  timeUnit: (params) => timeUnitOf(requestOf(params).dimensions),
  example: { date_range: '7d', metrics: ['views', 'visitors'], dimensions: ['time:day', 'path'] },
  reads: 'events',
  columns,
  key,
  rows: (context, params) => batchesInMemory(context, params, timeseries, () => rowsOf(context, params)),
};
