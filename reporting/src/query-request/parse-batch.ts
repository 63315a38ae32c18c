/** Parses the body of `POST /api/v1/query/batch`. */
import { ServiceError } from '@millrace/shared/platform/errors';
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { listFilters, parseFilters } from './parse-filters.js';
import { parseQuery, type QueryRequest } from './parse-query.js';
import { bodyPreferences, querySchema, refuseProto } from './query-schema.js';
import { refusal } from './refuse.js';

export interface BatchQuery {
  /** Chosen by the client. */
  id?: string;
  /** As a single query, with the filters of both. */
  request: QueryRequest;
  /** Its filter apart from the common one. */
  ownFilter?: Filter;
}

export interface BatchRequest {
  siteId: string;
  /** Applies to all queries. */
  filter?: Filter;
  queries: BatchQuery[];
}

/** Repeated in docs/limits.md and the OpenAPI document. */
export const batchLimits = { queries: 50, id: 128 } as const;

/** Fields that apply to all queries. A query may add to `filters` and `include`. */
export const commonFields = [
  'site_id',
  'date_range',
  'timezone',
  'week_start',
  'filters',
  'include_bots',
  'include',
] as const;
/** Fields of a single query, as in {@link querySchema}. */
export const ownFields = ['metrics', 'dimensions', 'order_by', 'filters', 'include', 'pagination'] as const;

type Fields = Record<string, unknown>;

interface OneQuery extends Fields {
  id?: string;
}

const anyFields = (names: readonly string[]): Record<string, Joi.Schema> =>
  Object.fromEntries(names.map((name) => [name, Joi.any()]));

const idSchema = Joi.string().max(batchLimits.id);

/** Checks only the outer shape; {@link parseQuery} checks the rest. */
const batchSchema = Joi.object({
  ...anyFields(commonFields),
  queries: Joi.array()
    .items(
      Joi.object({ id: idSchema, ...anyFields(ownFields), ...anyFields(['limit', 'offset']) }).messages({
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

/** Makes refusals thrown by `work` name the query with that index. */
export function namingQuery<T>(index: number, work: () => T): T {
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

/** A query of a batch may have `limit` and `offset` without `pagination`. */
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
  const mergedInclude = isFields(include) && isFields(common.include) ? { ...common.include, ...include } : include;
  const body = { ...common, ...own, include: mergedInclude };
  // Parsed separately first, so that a refusal names the index within its own filters.
  const ownFilter = parseFilters(filters, ['filters']);
  const allFilters = [...listFilters(common.filters ?? [], ['filters']), ...listFilters(filters, ['filters'])];
  return {
    ...(id !== undefined && { id }),
    request: parseQuery({ ...body, filters: allFilters }),
    ...(ownFilter && { ownFilter }),
  };
}

function refuseDuplicateIds(queries: OneQuery[]): void {
  const ids = new Set<string>();
  for (const [index, { id }] of queries.entries()) {
    if (id === undefined) continue;
    if (ids.has(id)) throw refusal([nameOf(index), 'id'], 'repeats the id of an earlier query');
    ids.add(id);
  }
}

/** `match` may be set once for the batch while each query has its own `comparison`. */
function withoutMatch(common: Fields): Fields {
  if (!isFields(common.include)) return common;
  const { match: _match, ...include } = common.include;
  return { ...common, include };
}

/** @throws ServiceError `invalid_request` that names the field and its rule, such as `queries.3.metrics`, for any JSON value. */
export function parseBatch(input: unknown): BatchRequest {
  checkShape(input);
  const { queries, ...common } = input as Fields & { queries: OneQuery[] };
  const { siteId, filter } = parseQuery({ ...withoutMatch(common), metrics: ['events'] });
  refuseDuplicateIds(queries);
  return {
    siteId,
    ...(filter && { filter }),
    queries: queries.map((query, index) => namingQuery(index, () => parseOne(common, query))),
  };
}
