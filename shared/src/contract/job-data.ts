/** The data of each job, as types and Joi schemas. Instants are ISO 8601; ranges are half-open. */

import Joi from 'joi';
import { dayMs } from '../time/durations.js';
import { isCalendarDate } from '../time/time.js';

export const periodTypes = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type PeriodType = (typeof periodTypes)[number];

/** Without `site_id`, the job runs for every active site, each as a child job. */
export interface SiteData {
  site_id?: string;
}

export interface HourlyRollupData extends SiteData {
  startTime: string;
  endTime: string;
}

export interface RebuildData extends SiteData {
  from: string;
  to: string;
}

export interface DailyRollupData extends SiteData {
  date: string;
  /** Limits the job to these profiles. */
  profileIds?: string[];
}

/**
 * A period in the site's time zone: `previous` or `current` as of instant `at`, or the one that contains a calendar day.
 * `at` defaults to when the job was added; schedules set it to the slot.
 */
export interface PeriodData extends SiteData {
  periodType: PeriodType;
  period: 'previous' | 'current' | (string & {});
  at?: string;
}

/** `cohortMonth` is `YYYY-MM`; without it, all cohorts of the site are computed. */
export interface CohortsData extends SiteData {
  cohortMonth?: string;
}

export const granularities = ['hour', 'day', 'week', 'month'] as const;

/** Days in the site's time zone, both included. */
export interface PublisherData extends SiteData {
  startDate: string;
  endDate: string;
  granularity: (typeof granularities)[number];
}

export const metricTypes = ['performance', 'revenue', 'quality'] as const;

export interface MetricsData extends SiteData {
  metricType: (typeof metricTypes)[number];
  periodType: 'hour' | PeriodType;
  period: PeriodData['period'];
  at?: string;
}

export const cleanupTypes = ['old_logs', 'expired_tokens', 'temp_files'] as const;

export interface CleanupData {
  type: (typeof cleanupTypes)[number];
  /** In days. */
  olderThan?: number;
}

export interface WarmingData {
  cacheKeys: string[];
  priority?: number;
}

export const maxSiteIdLength = 64;
/** The same rule as for events: no other site can have any. */
export const siteId = Joi.string()
  .max(maxSiteIdLength)
  .pattern(/^[A-Za-z0-9._-]+$/)
  .messages({ 'string.pattern.base': '{{#label}} must contain only letters, digits, dots, underscores and hyphens' });
/** JavaScript reads 30 February as 2 March. */
const checkRealDay: Joi.CustomValidator = (value, { original, error }) => {
  const [day] = /^\d{4}-\d\d-\d\d/.exec(String(original)) ?? [];
  return day === undefined || isCalendarDate(day) ? value : error('date.day');
};
/** A range that Postgres and every time zone can represent, with room at both ends. */
export const instant = Joi.date()
  .iso()
  .min('1970-01-01')
  .max('2199-12-31')
  .custom(checkRealDay)
  .messages({ 'date.day': '{{#label}} is not on a valid calendar day' })
  .raw();

const yearMs = 366 * dayMs;
const firstDay = '2000-01-01';

/** Events lie between 2000 and a day from now; the current period may end up to a year from now. */
const checkDay: Joi.CustomValidator<string> = (text, helpers) => {
  if (!isCalendarDate(text)) return helpers.error('date.day');
  const lastDay = new Date(Date.now() + yearMs).toISOString().slice(0, 10);
  return text < firstDay || text > lastDay ? helpers.error('date.range', { lastDay }) : text;
};
const dayMessages = {
  'date.day': '{{#label}} must be a calendar day such as 2026-01-31',
  'date.range': `{{#label}} must be between ${firstDay} and {{#lastDay}}: no other day has events`,
};
export const date = Joi.string().custom(checkDay).messages(dayMessages);

/** Refuses a range that ends before it begins. Set `isEmptyAllowed` if both ends are included, so that they may be equal. */
export function inOrder(
  from: string,
  to: string,
  isEmptyAllowed: boolean,
): Joi.CustomValidator<Record<string, string>> {
  return (range, helpers) => {
    const length = Date.parse(range[to]!) - Date.parse(range[from]!);
    if (length > 0 || (length === 0 && isEmptyAllowed)) return range;
    return helpers.error('range.order', { from, to });
  };
}
export const orderMessages = { 'range.order': '{{#from}} must be before {{#to}}' };
export const object = <T>(keys: Joi.SchemaMap<T>) => Joi.object<T>(keys).required();
export const profileIds = Joi.array().items(Joi.string().max(128)).min(1).max(10_000);
const period = Joi.string()
  .allow('previous', 'current')
  .custom(checkDay)
  .messages({ ...dayMessages, 'date.day': '{{#label}} must be previous, current or a calendar day such as 2026-01-31' })
  .default('previous');

export const wholeSite = object<SiteData>({ site_id: siteId });
export const hourlyRollup = object<HourlyRollupData>({
  site_id: siteId,
  startTime: instant.required(),
  endTime: instant.required(),
})
  .custom(inOrder('startTime', 'endTime', false))
  .messages(orderMessages);
export const rebuild = object<RebuildData>({ site_id: siteId, from: instant.required(), to: instant.required() })
  .custom(inOrder('from', 'to', false))
  .messages(orderMessages);
export const dailyRollup = object<DailyRollupData>({ site_id: siteId, date: date.required(), profileIds });
export const ofPeriod = object<PeriodData>({
  site_id: siteId,
  periodType: Joi.valid(...periodTypes).required(),
  period,
  at: instant,
});
export const cohorts = object<CohortsData>({
  site_id: siteId,
  cohortMonth: Joi.string()
    .pattern(/^\d{4}-(0[1-9]|1[0-2])$/)
    .custom((month: string, helpers) => {
      const checked = checkDay(`${month}-01`, helpers);
      return typeof checked === 'string' ? month : checked;
    })
    .messages(dayMessages),
});
export const publisher = object<PublisherData>({
  site_id: siteId,
  startDate: date.required(),
  endDate: date.required(),
  granularity: Joi.valid(...granularities).required(),
})
  .custom(inOrder('startDate', 'endDate', true))
  .messages(orderMessages);
export const metrics = object<MetricsData>({
  site_id: siteId,
  metricType: Joi.valid(...metricTypes).required(),
  periodType: Joi.valid('hour', ...periodTypes).default('hour'),
  period,
  at: instant,
});
export const cleanup = object<CleanupData>({
  type: Joi.valid(...cleanupTypes).required(),
  olderThan: Joi.number().integer().min(0).max(36_500),
});
export const warming = object<WarmingData>({
  cacheKeys: Joi.array().items(Joi.string().max(128)).min(1).max(100).required(),
  priority: Joi.number().integer().min(0).max(2_097_151),
});
