/** The time axis of units that fold a range: hours of the day and days of the week, as the clock of the zone shows them. */
import { offsetSpans } from '@millrace/shared/time/zone-offsets';
import type { CyclicUnit, TimeUnit } from '../query/dimension-catalogue.js';
import type { TimeBuckets, TimeRange } from '../query/resolved-query.js';
import { type WeekStart, weekdayOf } from './calendar.js';
import { calendar, calendarStarts } from './time-buckets.js';

const foldedUnits: readonly string[] = ['hour_of_day', 'day_of_week'] satisfies CyclicUnit[];

export const isFoldedUnit = (unit: TimeUnit): unit is CyclicUnit => foldedUnits.includes(unit);

/** Every hour from 0 to 23, or every day from 1 (Monday) to 7 (Sunday), in order of the week, also where the range has none. */
export function foldTime(
  unit: CyclicUnit,
  range: TimeRange,
  zone: string,
  weekStart: WeekStart = 'monday',
): TimeBuckets {
  return unit === 'hour_of_day' ? hoursOfDay(range, zone) : daysOfWeek(range, zone, weekStart);
}

/** Stretches of one offset: there are two or so a year, where hours would be 8,766. */
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
