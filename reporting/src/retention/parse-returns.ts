/** Parses the body of `POST /api/v1/retention`. */
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import {
  behaviourSchema,
  type MatchingEvents,
  matchingEvents,
  type QueryFields,
  validateBody,
} from '../query-request/behaviour-body.js';
import { type Breakdown, parseBreakdown } from '../query-request/parse-breakdown.js';
import { parseFilters, showFilters } from '../query-request/parse-filters.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import type { Period } from './cohort-periods.js';

export interface ReturnsRequest {
  /** Site, range, time zone and filters, as in a query. */
  scope: QueryRequest;
  period: Period;
  first?: Filter;
  returning?: Filter;
  /** Filters of `first` and `returning` as sent. */
  shown: { first?: { filters: unknown[] }; returning?: { filters: unknown[] } };
  breakdown?: Breakdown;
  breakdownLimit: number;
}

interface ReturnsBody extends QueryFields {
  period: Period;
  first?: MatchingEvents;
  returning?: MatchingEvents;
  breakdown?: string;
  breakdown_limit: number;
}

/** Maximum number of breakdown values with separate cohorts. */
const maxValues = 50;

export const returnsSchema = behaviourSchema<ReturnsBody>('retention', {
  period: Joi.string().valid('day', 'week', 'month').required(),
  first: matchingEvents,
  returning: matchingEvents,
  breakdown: Joi.string().max(200),
  breakdown_limit: Joi.number().integer().min(1).max(maxValues).default(10),
});

/** @throws ServiceError `invalid_request`. */
export function parseReturns(input: unknown): ReturnsRequest {
  const {
    period,
    first,
    returning,
    breakdown,
    breakdown_limit: breakdownLimit,
    ...query
  } = validateBody(returnsSchema, input, ['first', 'returning']);
  const scope = parseQuery({ ...query, metrics: ['visitors'] });
  return {
    ...{ scope, period, breakdownLimit },
    ...(first && { first: parseFilters(first.filters, ['first', 'filters'])! }),
    ...(returning && { returning: parseFilters(returning.filters, ['returning', 'filters'])! }),
    shown: {
      ...(first && { first: { filters: showFilters(first.filters) } }),
      ...(returning && { returning: { filters: showFilters(returning.filters) } }),
    },
    ...(breakdown !== undefined && { breakdown: parseBreakdown(breakdown) }),
  };
}
