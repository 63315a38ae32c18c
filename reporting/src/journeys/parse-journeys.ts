/** Parses the body of `POST /api/v1/journeys`. */
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import {
  behaviourSchema,
  type MatchingEvents,
  matchingEvents,
  type QueryFields,
  validateBody,
} from '../query-request/behaviour-body.js';
import { parseFilters, showFilters } from '../query-request/parse-filters.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';
import type { StepDimension } from './journey.js';

export interface JourneysRequest {
  /** Site, range, time zone and filters, as in a query. */
  scope: QueryRequest;
  mark?: { at: 'start' | 'end'; filter: Filter /** As they were sent. */; shown: unknown[] };
  steps: number;
  dimension: StepDimension;
  limit: number;
}

interface JourneysBody extends QueryFields {
  start?: MatchingEvents;
  end?: MatchingEvents;
  steps: number;
  dimension: StepDimension;
  limit: number;
}

export const journeysSchema = behaviourSchema<JourneysBody>('journeys', {
  start: matchingEvents,
  end: matchingEvents,
  steps: Joi.number().integer().min(2).max(6).default(3),
  dimension: Joi.string().valid('path', 'event_type').default('path'),
  limit: Joi.number().integer().min(1).max(1_000).default(10),
});

/** @throws ServiceError `invalid_request`. */
export function parseJourneys(input: unknown): JourneysRequest {
  const { start, end, steps, dimension, limit, ...query } = validateBody(journeysSchema, input, ['start', 'end']);
  if (start && end) throw refusal(['end'], 'must not be combined with start');
  const scope = parseQuery({ ...query, metrics: ['visitors'] });
  const at = start ? 'start' : 'end';
  const filters = (start ?? end)?.filters;
  return {
    ...{ scope, steps, dimension, limit },
    ...(filters && { mark: { at, filter: parseFilters(filters, [at, 'filters'])!, shown: showFilters(filters) } }),
  };
}
