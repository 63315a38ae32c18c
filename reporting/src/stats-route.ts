/** Turns `GET /stats` into the views of a site, on one day or of all time. */
import { checkSite } from '@millrace/shared/access/require-scope';
import { ServiceError } from '@millrace/shared/errors';
import { dayRange, isCalendarDate, isTimeZone } from '@millrace/shared/time';
import type { RequestHandler } from 'express';
import Joi from 'joi';
import { type ReadDependencies, readInTurn } from './query/read-in-turn.js';
import { readViews } from './query/read-views.js';
import type { TimeRange } from './query/resolved-query.js';
import { siteTimezone } from './query/site-timezone.js';
import { budgetOf } from './read-budget.js';

export interface StatsDependencies extends ReadDependencies {
  clock?: () => Date;
}

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
    .messages({ 'string.pattern.base': 'site_id may hold only letters, digits, dot, underscore and hyphen' }),
  date: check(isCalendarDate, 'date must be a real date written YYYY-MM-DD'),
  tz: check(isTimeZone, 'tz must be an IANA time zone such as Europe/Berlin'),
  limit: Joi.number().integer().min(1).max(1_000).default(10),
})
  .prefs({ errors: { wrap: { label: false } } })
  .messages({ 'object.unknown': '{{#label}} is not a parameter of /stats, which takes site_id, date, tz and limit' });

/** @throws ServiceError `invalid_request` that names the field and its rule. */
function parseRequest(query: unknown): StatsRequest {
  const { error, value } = schema.validate(query);
  if (!error) return value;
  const [detail] = error.details;
  throw new ServiceError('invalid_request', error.message, { field: String(detail?.path[0] ?? '') });
}

const dayMs = 86_400_000;

/** No event is older, and none lies further in the future; whole days, so that no interval is cut. */
const allTime = (now: Date): TimeRange => ({
  from: new Date(Date.UTC(2000, 0, 1)),
  to: new Date((Math.floor(now.getTime() / dayMs) + 3) * dayMs),
});

export function statsRoute({ pool, gate, clock = () => new Date() }: StatsDependencies): RequestHandler {
  return async (req, res) => {
    const { site_id, date, tz, limit } = parseRequest(req.query);
    checkSite(res, site_id);
    const range = date === undefined ? allTime(clock()) : dayRange(date, tz ?? (await siteTimezone(pool, site_id)));
    const { totalViews, uniqueUsers, topPaths } = await readInTurn({ pool, gate }, budgetOf(res), (client, admit) =>
      readViews(client, site_id, range, limit, admit),
    );
    res.json({
      site_id,
      date: date ?? null,
      total_views: totalViews,
      unique_users: uniqueUsers,
      top_paths: topPaths,
    });
  };
}
