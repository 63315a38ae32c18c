/** Where the periods begin that a range touches, of aggregates whose periods are named by an instant. */
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import type { DatasetContext } from './dataset.js';
import { type PeriodType, periodStart } from './period-params.js';

const hourMs = 3_600_000;

/** Half-open. Periods of days are of the site's time zone, and are chosen by the days of the range; hours by the clock. */
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
