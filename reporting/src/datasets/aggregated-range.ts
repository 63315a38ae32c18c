import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import type { DatasetContext } from './dataset.js';
import { type PeriodType, periodStart } from './period-params.js';

const hourMs = 3_600_000;

/** The half-open range of the starts of all periods that a range touches. Periods of days are in the site's time zone and selected by the days of the range, hours by instants. */
export function rangeOfPeriods(
  { range, days, siteTimezone }: Pick<DatasetContext, 'range' | 'days' | 'siteTimezone'>,
  type: 'hour' | PeriodType,
): TimeRange {
  if (type === 'hour') return { from: new Date(range.from.getTime() - hourMs + 1), to: range.to };
  return {
    from: dayStart(periodStart(days.from, type), siteTimezone),
    to: dayStart(addDays(days.to, 1), siteTimezone),
  };
}
