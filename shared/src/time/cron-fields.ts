/** Adapts cron expressions where cron-parser differs from cron(8): repeated values, and day fields that begin with `*`. */
import { CronExpressionParser } from 'cron-parser';

/** Without the optional field of seconds in front. */
const fields = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
const dayOfMonthPlace = 2;
const dayOfWeekPlace = 4;

/** L, W and # depend on the month, so they have no fixed values. The digit before `L` excludes JUL. */
const isCalendarRule = (part: string) => /#|W|\?|^L|\dL/i.test(part);

/** The values of one list item such as `1-5`, according to cron-parser. */
function valuesOf(part: string, place: number): number[] {
  const alone = fields.map((_, index) => (index === place ? part : '*')).join(' ');
  const values = CronExpressionParser.parse(alone, { tz: 'UTC' }).fields[fields[place]!].values as number[];
  // Sunday is 0 and 7.
  return place === dayOfWeekPlace ? values.map((value) => value % 7) : values;
}

/** Removes duplicate values, which cron-parser refuses. */
function withoutRepeats(list: string, place: number): string {
  const parts = list.split(',');
  if (parts.length === 1) return list;
  if (parts.some(isCalendarRule)) return [...new Set(parts)].join(',');
  // Seconds, at position -1, have the same values as minutes.
  const values = parts.flatMap((part) => valuesOf(part, Math.max(0, place)));
  return [...new Set(values)].sort((a, b) => a - b).join(',');
}

export interface CronFields {
  /** For cron-parser. */
  expression: string;
  /** An additional condition on the day of a local time, given as if it were UTC; absent: every day. */
  isDay?: (localMs: number) => boolean;
}

const hasStar = (field: string) => field.startsWith('*');
const isAny = (field: string) => field === '*' || field === '?';

/**
 * Matches days as cron(8) does: if both day fields are restricted, either may match, but a field that begins with `*` does not
 * count as restricted, so both must match. cron-parser treats such a field as restricted, so it becomes a separate condition.
 * @throws cron-parser's error for an invalid list.
 */
export function readCronFields(text: string): CronFields {
  const given = text.trim().split(/\s+/);
  if (given.length < fields.length) return { expression: text };
  const seconds = given.length - fields.length;
  const parts = given.map((field, index) => withoutRepeats(field, index - seconds));
  const dayPlaces = [dayOfMonthPlace, dayOfWeekPlace];
  if (dayPlaces.some((place) => isAny(given[place + seconds]!))) return { expression: parts.join(' ') };
  const allowed = new Map<number, Set<number>>();
  for (const place of dayPlaces.filter((each) => hasStar(given[each + seconds]!))) {
    allowed.set(place, new Set(given[place + seconds]!.split(',').flatMap((part) => valuesOf(part, place))));
    parts[place + seconds] = '*';
  }
  const isAllowed = (place: number, value: number) => allowed.get(place)?.has(value) ?? true;
  const isDay = (localMs: number) => {
    const day = new Date(localMs);
    return isAllowed(dayOfMonthPlace, day.getUTCDate()) && isAllowed(dayOfWeekPlace, day.getUTCDay());
  };
  return { expression: parts.join(' '), ...(allowed.size > 0 && { isDay }) };
}
