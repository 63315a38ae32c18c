/** Time axes that fold a range: hours of the day and days of the week, in local time. */
import { offsetSpans } from '@millrace/shared/time/zone-offsets';
import type { CyclicUnit, TimeUnit } from '../query/dimension-catalogue.js';
import type { TimeBuckets, TimeRange } from '../query/resolved-query.js';
import { type WeekStart, weekdayOf } from './calendar.js';
import { calendar, calendarStarts } from './time-buckets.js';

const foldedUnits: readonly string[] = ['hour_of_day', 'day_of_week'] satisfies CyclicUnit[];

export const isFoldedUnit = (unit: TimeUnit): unit is CyclicUnit => foldedUnits.includes(unit);

/** Hours 0 to 23, or days 1 (Monday) to 7 (Sunday) in the order of the week, including those that the range does not contain. */
export function foldTime(
  unit: CyclicUnit,
  range: TimeRange,
  zone: string,
  weekStart: WeekStart = 'monday',
): TimeBuckets {
  return unit === 'hour_of_day' ? hoursOfDay(range, zone) : daysOfWeek(range, zone, weekStart);
}

/** One bucket per UTC offset: about two a year, instead of 8,766 hours. */
function hoursOfDay({ from, to }: TimeRange, zone: string): TimeBuckets {
  const spans = offsetSpans(from.getTime(), to.getTime(), zone);
  return {
    unit: 'hour_of_day',
    bounds: [...spans.map((span) => new Date(span.from)), to],
    labels: Array.from({ length: 24 }, (_, hour) => String(hour)),
    offsets: spans.map(({ offset }) => offset / 1_000),
  };
}

function daysOfWeek(range: TimeRange, zone: string, weekStart: WeekStart): TimeBuckets {
  const days = [...calendarStarts(calendar.day, range, zone, weekStart)];
  const labels = weekStart === 'monday' ? ['1', '2', '3', '4', '5', '6', '7'] : ['7', '1', '2', '3', '4', '5', '6'];
  return {
    unit: 'day_of_week',
    bounds: [...days.map(([startMs]) => new Date(startMs)), range.to],
    labels,
    places: days.map(([, day]) => labels.indexOf(String(weekdayOf(day)))),
  };
}
