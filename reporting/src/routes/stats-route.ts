/** `GET /stats`: the views of a site, on one day or of all time. */

import { checkSite } from '@millrace/shared/access/require-scope';
import { ruleMessages } from '@millrace/shared/contract/rule-messages';
import { ServiceError } from '@millrace/shared/platform/errors';
import { dayMs } from '@millrace/shared/time/durations';
import { dayRange, isCalendarDate, isTimeZone } from '@millrace/shared/time/time';
import type { RequestHandler } from 'express';
import Joi from 'joi';
import type { CacheableQuery } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import type { TimeRange } from '../query/resolved-query.js';
import { isWithinLimits } from '../query-request/parse-date-range.js';
import { readViews } from '../stats/read-views.js';

interface StatsRequest {
  site_id: string;
  date?: string;
  tz?: string;
  limit: number;
}

const check = (isRight: (text: string) => boolean, sentence: string) =>
  Joi.string()
    .custom((text: string, helpers) => (isRight(text) ? text : helpers.error('any.custom')))
    .messages({ 'any.custom': sentence });

const schema = Joi.object<StatsRequest>({
  site_id: Joi.string()
    .max(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .required()
    .messages({ 'string.pattern.base': 'site_id may only contain letters, digits, dots, underscores and hyphens' }),
  date: check(isCalendarDate, 'date must be a real date written YYYY-MM-DD'),
  tz: check(isTimeZone, 'tz must be an IANA time zone such as Europe/Berlin'),
  limit: Joi.number().integer().min(1).max(1_000).default(10),
})
  .prefs({ errors: { wrap: { label: false } } })
  .messages({ 'object.unknown': '{{#label}} is not a parameter of /stats, which takes site_id, date, tz and limit' });

/** @throws ServiceError `invalid_request` that names the field and its rule. */
function parseRequest(query: unknown): StatsRequest {
  const { error, value } = schema.validate(query, { messages: ruleMessages });
  if (!error) return value;
  const [detail] = error.details;
  throw new ServiceError('invalid_request', error.message, { field: String(detail?.path[0] ?? '') });
}

const earliest = new Date(Date.UTC(2000, 0, 1));

/** Contains all events, in whole days, so that no interval is cut. */
const allTime = (now: Date): TimeRange => ({
  from: earliest,
  to: new Date((Math.floor(now.getTime() / dayMs) + 3) * dayMs),
});

/** Empty for a day outside the limits, since Postgres cannot represent all of those. */
const rangeOf = (date: string, timezone: string): TimeRange =>
  isWithinLimits(date) ? dayRange(date, timezone) : { from: earliest, to: earliest };

function toCacheableQuery(request: StatsRequest, now: Date): CacheableQuery {
  const { site_id: siteId, date, tz, limit } = request;
  return {
    ...{ kind: 'stats', siteId, request, sources: ['events'], needsEvents: false },
    resolve({ siteTimezone }) {
      const range = date === undefined ? allTime(now) : rangeOf(date, tz ?? siteTimezone);
      return {
        meaning: range,
        span: range,
        isTransient: false,
        async read(client, reads) {
          const { totalViews, uniqueUsers, topPaths } = await readViews(client, siteId, range, limit, reads);
          const counts = { total_views: totalViews, unique_users: uniqueUsers, top_paths: topPaths };
          return { fields: { site_id: siteId, date: date ?? null, ...counts } };
        },
      };
    },
  };
}

export function statsRoute(deps: AnswerDependencies): RequestHandler {
  const { clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseRequest(req.query);
    checkSite(res, request.site_id);
    await sendAnswer(deps, req, res, toCacheableQuery(request, clock()), startedAt);
  };
}
