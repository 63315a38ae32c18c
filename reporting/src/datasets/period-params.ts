import { periodTypes } from '@millrace/shared/contract/job-data';
import Joi from 'joi';
import type { WeekStart } from '../query-request/calendar.js';
import { type CalendarUnit, calendar } from '../query-request/time-buckets.js';

export type PeriodType = (typeof periodTypes)[number];

export const periodTypeName = 'period_type';

/** The `unit` of a date column with periods of `type`. */
export const unitOfPeriod = (type: string): { unit?: string } =>
  ['month', 'quarter', 'year'].includes(type) ? { unit: type } : {};

export const periodTypeParam = (standard: PeriodType) =>
  Joi.string()
    .valid(...periodTypes)
    .default(standard);

const currencyRule = 'must be a code of ISO 4217 such as EUR';

export const currencyParam = Joi.string()
  .pattern(/^[A-Z]{3}$/)
  .messages({ 'string.pattern.base': currencyRule, 'string.empty': currencyRule });

/** First day of the period that contains a day. Weeks of aggregates begin on Monday. */
export const periodStart = (day: string, type: CalendarUnit, weekStart: WeekStart = 'monday'): string =>
  calendar[type].start(day, weekStart);
