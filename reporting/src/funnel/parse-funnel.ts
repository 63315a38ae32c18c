/** Parses the body of `POST /api/v1/funnel`. */
import { dayMs } from '@millrace/shared/time/durations';
import Joi from 'joi';
import type { Filter } from '../query/resolved-query.js';
import { behaviourSchema, type QueryFields, validateBody } from '../query-request/behaviour-body.js';
import { type Breakdown, parseBreakdown } from '../query-request/parse-breakdown.js';
import { parseFilters, showFilters } from '../query-request/parse-filters.js';
import { parseQuery, type QueryRequest } from '../query-request/parse-query.js';
import { refusal } from '../query-request/refuse.js';

export interface FunnelRequest {
  /** Site, range, time zone and filters, as in a query. */
  scope: QueryRequest;
  names: string[];
  steps: Filter[];
  /** The filters of each step as sent. */
  stepLists: unknown[][];
  window: string;
  windowMs: number;
  by: 'visitor' | 'visit';
  pastEnd: boolean;
  breakdown?: Breakdown;
  breakdownLimit: number;
}

interface FunnelBody extends QueryFields {
  steps: { name?: string; filters: unknown[] }[];
  window: string;
  by: FunnelRequest['by'];
  past_end: boolean;
  breakdown?: string;
  breakdown_limit: number;
}

export const funnelSchema = behaviourSchema<FunnelBody>('a funnel', {
  steps: Joi.array()
    .items(
      Joi.object({
        name: Joi.string().max(100),
        filters: Joi.array().min(1).required(),
      }),
    )
    .min(2)
    .max(8)
    .required(),
  window: Joi.string().max(10).default('7d'),
  by: Joi.valid('visitor', 'visit').default('visitor'),
  past_end: Joi.boolean().default(false),
  breakdown: Joi.string().max(200),
  breakdown_limit: Joi.number().integer().min(1).max(100).default(10),
});

/** @throws ServiceError `invalid_request`. */
export function parseFunnel(input: unknown): FunnelRequest {
  const {
    steps,
    window,
    by,
    past_end: pastEnd,
    breakdown,
    breakdown_limit: breakdownLimit,
    ...query
  } = validateBody(funnelSchema, input, []);
  const windowMs = parseWindow(window);
  if (windowMs === undefined)
    throw refusal(['window'], 'must be a number followed by m, h or d, such as 24h, and at most 90d');
  return {
    scope: parseQuery({ ...query, metrics: ['visitors'] }),
    names: steps.map(({ name }, index) => name ?? `Step ${index + 1}`),
    // A list with at least one filter never parses to undefined.
    steps: steps.map(({ filters }, index) => parseFilters(filters, ['steps', index, 'filters'])!),
    stepLists: steps.map(({ filters }) => showFilters(filters)),
    ...{ window, windowMs, by, pastEnd, breakdownLimit },
    ...(breakdown !== undefined && { breakdown: parseBreakdown(breakdown) }),
  };
}

const unitMs = { m: 60_000, h: 3_600_000, d: dayMs };

export const maxWindowMs = 90 * unitMs.d;

/** Parses a window such as `30m`, `24h` or `7d` to milliseconds; `undefined` for invalid text, zero and more than 90 days. */
export function parseWindow(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs];
  return ms <= maxWindowMs ? ms : undefined;
}
