/** Takes the body of `POST /api/v1/retention`: a request whose every part keeps its rules, or a refusal. */
import { ruleMessages } from '@millrace/shared/rule-messages';
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { type Breakdown, parseBreakdown } from '../query-request/parse-breakdown.js';
import { parseFilters, showFilters } from '../query-request/parse-filters.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { querySchema, refuseProto } from '../query-request/query-schema.js';
import { refusal } from '../query-request/refuse.js';
import type { Period } from './cohort-periods.js';

export interface ReturnsRequest {
  /** Site, range, zone and filters of all events, as in a query. */
  whole: QueryRequest;
  period: Period;
  first?: Filter;
  returning?: Filter;
  /** Filters of `first` and `returning` as they were sent. */
  shown: { first?: { filters: unknown[] }; returning?: { filters: unknown[] } };
  breakdown?: Breakdown;
  breakdownLimit: number;
}

interface ReturnsBody {
  site_id: unknown;
  date_range: unknown;
  timezone?: unknown;
  week_start?: unknown;
  filters: unknown;
  period: Period;
  first?: { filters: unknown[] };
  returning?: { filters: unknown[] };
  breakdown?: string;
  breakdown_limit: number;
}

/** So many values of a breakdown have cohorts of their own. */
const mostValues = 50;

const matching = Joi.object({ filters: Joi.array().min(1).required() });

export const returnsSchema = Joi.object<ReturnsBody>({
  site_id: querySchema.extract('site_id'),
  date_range: querySchema.extract('date_range'),
  timezone: querySchema.extract('timezone'),
  week_start: querySchema.extract('week_start'),
  filters: querySchema.extract('filters'),
  period: Joi.string().valid('day', 'week', 'month').required(),
  first: matching,
  returning: matching,
  breakdown: Joi.string().max(200),
  breakdown_limit: Joi.number().integer().min(1).max(mostValues).default(10),
})
  .required()
  .prefs({ convert: false, errors: { label: false, wrap: { array: false } } })
  .messages({ 'object.unknown': 'is not a field of retention', 'object.base': 'must be an object' });

function validate(input: unknown): ReturnsBody {
  refuseProto(input, []);
  for (const name of ['first', 'returning'] as const) refuseProto((input as ReturnsBody | undefined)?.[name], [name]);
  const { error, value } = returnsSchema.validate(input, { messages: ruleMessages });
  if (!error) return value;
  throw refusal(error.details[0]!.path, error.details[0]!.message);
}

/** @throws ServiceError `invalid_request`. */
export function parseReturns(input: unknown): ReturnsRequest {
  const { period, first, returning, breakdown, breakdown_limit: breakdownLimit, ...query } = validate(input);
  const whole = parseQuery({ ...query, metrics: ['visitors'] });
  return {
    ...{ whole, period, breakdownLimit },
    ...(first && { first: parseFilters(first.filters, ['first', 'filters'])! }),
    ...(returning && { returning: parseFilters(returning.filters, ['returning', 'filters'])! }),
    shown: {
      ...(first && { first: { filters: showFilters(first.filters) } }),
      ...(returning && { returning: { filters: showFilters(returning.filters) } }),
    },
    ...(breakdown !== undefined && { breakdown: parseBreakdown(breakdown) }),
  };
}
