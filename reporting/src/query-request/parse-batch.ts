/** Takes the body of `POST /api/v1/query/batch`: a request for each of its queries, or a refusal by query, field and rule. */
import { ServiceError } from '@millrace/shared/platform/errors';
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { listFilters, parseFilters } from './parse-filters.js';
import { parseQuery, type QueryRequest } from './parse-query.js';
import { bodyPreferences, querySchema, refuseProto } from './query-schema.js';
import { refusal } from './refuse.js';

export interface BatchQuery {
  /** What the client calls it. */
  id?: string;
  /** As it would have been asked alone. */
  request: QueryRequest;
  /** What it is filtered by besides the common filter. */
  ownFilter?: Filter;
}

export interface BatchRequest {
  siteId: string;
  /** All queries are filtered by it. */
  filter?: Filter;
  queries: BatchQuery[];
}

/** What a batch is limited to; also in docs/limits.md and the OpenAPI document. */
export const batchLimits = { queries: 50, id: 128 } as const;

/** Fields that all queries of a batch share, of which they may add to `filters` and `include`. */
export const commonFields = [
  'site_id',
  'date_range',
  'timezone',
  'week_start',
  'filters',
  'include_bots',
  'include',
] as const;
/** Fields of one query as {@link querySchema} has them. */
export const ownFields = ['metrics', 'dimensions', 'order_by', 'filters', 'include', 'pagination'] as const;

type Fields = Record<string, unknown>;

interface OneQuery extends Fields {
  id?: string;
}

const anything = (names: readonly string[]): Record<string, Joi.Schema> =>
  Object.fromEntries(names.map((name) => [name, Joi.any()]));

const idSchema = Joi.string().max(batchLimits.id);

/** Only what a batch has around its queries; the rest is for {@link parseQuery}. */
const batchSchema = Joi.object({
  ...anything(commonFields),
  queries: Joi.array()
    .items(
      Joi.object({ id: idSchema, ...anything(ownFields), ...anything(['limit', 'offset']) }).messages({
        'object.unknown': 'is not a field of a query in a batch',
      }),
    )
    .min(1)
    .max(batchLimits.queries)
    .required(),
})
  .required()
  .prefs(bodyPreferences)
  .messages({ 'object.unknown': 'is not a field of a batch', 'object.base': 'must be an object' });

const nameOf = (index: number) => `queries.${index}`;

function checkShape(input: unknown): void {
  refuseProto(input, []);
  const { error } = batchSchema.validate(input);
  if (!error) return;
  const { path, message } = error.details[0]!;
  const [first, index, ...rest] = path;
  throw refusal(first === 'queries' && typeof index === 'number' ? [nameOf(index), ...rest] : path, message);
}

/** Runs `work`, whose refusals then name the query of that index. */
export function ofQuery<T>(index: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'invalid_request') throw error;
    const { field } = error.details as { field: string };
    throw new ServiceError(error.code, `${nameOf(index)}.${error.message}`, { field: `${nameOf(index)}.${field}` });
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pageSchema = querySchema.extract('pagination').prefs(bodyPreferences);

/** `limit` and `offset` by themselves, since nobody likes to write an object for a number. */
function withPagination({ limit, offset, ...fields }: Fields): Fields {
  const page = { ...(limit !== undefined && { limit }), ...(offset !== undefined && { offset }) };
  const [first] = Object.keys(page);
  if (first === undefined) return fields;
  if ('pagination' in fields) throw refusal([first], 'must not be given beside pagination');
  const { error } = pageSchema.validate(page);
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  return { ...fields, pagination: page };
}

function parseOne(common: Fields, { id, ...fields }: OneQuery): BatchQuery {
  const { filters = [], include = {}, ...own } = withPagination(fields);
  const includes = isFields(include) && isFields(common.include) ? { ...common.include, ...include } : include;
  const body = { ...common, ...own, include: includes };
  // Its own filters by themselves, so that a refusal says which of them is meant.
  const ownFilter = parseFilters(filters, ['filters']);
  const all = [...listFilters(common.filters ?? [], ['filters']), ...listFilters(filters, ['filters'])];
  return {
    ...(id !== undefined && { id }),
    request: parseQuery({ ...body, filters: all }),
    ...(ownFilter && { ownFilter }),
  };
}

function refuseSameIds(queries: OneQuery[]): void {
  const ids = new Set<string>();
  for (const [index, { id }] of queries.entries()) {
    if (id === undefined) continue;
    if (ids.has(id)) throw refusal([nameOf(index), 'id'], 'repeats the id of an earlier query');
    ids.add(id);
  }
}

/** How to compare may be said once for all queries, and what with by each of them. */
function withoutMatch(common: Fields): Fields {
  if (!isFields(common.include)) return common;
  const { match: _match, ...include } = common.include;
  return { ...common, include };
}

/** @throws ServiceError `invalid_request` that names the field and its rule, such as `queries.3.metrics`, for any JSON at all. */
export function parseBatch(input: unknown): BatchRequest {
  checkShape(input);
  const { queries, ...common } = input as Fields & { queries: OneQuery[] };
  const { siteId, filter } = parseQuery({ ...withoutMatch(common), metrics: ['events'] });
  refuseSameIds(queries);
  return {
    siteId,
    ...(filter && { filter }),
    queries: queries.map((query, index) => ofQuery(index, () => parseOne(common, query))),
  };
}
