/** Takes the body of `POST /api/v1/journeys`: a request whose every part keeps its rules, or a refusal. */
import { ruleMessages } from '@millrace/shared/rule-messages';
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { parseFilters, showFilters } from '../query-request/parse-filters.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { querySchema, refuseProto } from '../query-request/query-schema.js';
import { refusal } from '../query-request/refuse.js';
import type { StepDimension } from './journey.js';

export interface JourneysRequest {
  /** Site, range, zone and filters of all events, as in a query. */
  whole: QueryRequest;
  mark?: { at: 'start' | 'end'; filter: Filter /** As they were sent. */; shown: unknown[] };
  steps: number;
  dimension: StepDimension;
  limit: number;
}

interface JourneysBody {
  site_id: unknown;
  date_range: unknown;
  timezone?: unknown;
  week_start?: unknown;
  filters: unknown;
  start?: { filters: unknown[] };
  end?: { filters: unknown[] };
  steps: number;
  dimension: StepDimension;
  limit: number;
}

const matching = Joi.object({ filters: Joi.array().min(1).required() });

export const journeysSchema = Joi.object<JourneysBody>({
  site_id: querySchema.extract('site_id'),
  date_range: querySchema.extract('date_range'),
  timezone: querySchema.extract('timezone'),
  week_start: querySchema.extract('week_start'),
  filters: querySchema.extract('filters'),
  start: matching,
  end: matching,
  steps: Joi.number().integer().min(2).max(6).default(3),
  dimension: Joi.string().valid('path', 'event_type').default('path'),
  limit: Joi.number().integer().min(1).max(1_000).default(10),
})
  .required()
  .prefs({ convert: false, errors: { label: false, wrap: { array: false } } })
  .messages({ 'object.unknown': 'is not a field of journeys', 'object.base': 'must be an object' });

function validate(input: unknown): JourneysBody {
  refuseProto(input, []);
  for (const name of ['start', 'end'] as const) refuseProto((input as JourneysBody | undefined)?.[name], [name]);
  const { error, value } = journeysSchema.validate(input, { messages: ruleMessages });
  if (error) throw refusal(error.details[0]!.path, error.details[0]!.message);
  if (value.start && value.end) throw refusal(['end'], 'must not be given together with start');
  return value;
}

/** @throws ServiceError `invalid_request`. */
export function parseJourneys(input: unknown): JourneysRequest {
  const { start, end, steps, dimension, limit, ...query } = validate(input);
  const whole = parseQuery({ ...query, metrics: ['visitors'] });
  const at = start ? 'start' : 'end';
  const filters = (start ?? end)?.filters;
  return {
    ...{ whole, steps, dimension, limit },
    ...(filters && { mark: { at, filter: parseFilters(filters, [at, 'filters'])!, shown: showFilters(filters) } }),
  };
}
