/** Fields of a cron expression that its library reads differently from cron(8): repeated values, and days that begin with `*`. */
import { CronExpressionParser } from 'cron-parser';

/** Places from the end, since a field of seconds may stand in front. */
const fields = ['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;
const dayOfMonthPlace = 2;
const dayOfWeekPlace = 4;

/** L, W and # name days that only a month tells: they have no values of their own. `L` also stands in JUL, hence the digits. */
const isCalendarRule = (part: string) => /#|W|\?|^L|\dL/i.test(part);

/** The values of one part of a list such as `1-5`, as the library understands it. */
function valuesOf(part: string, place: number): number[] {
  const alone = fields.map((_, index) => (index === place ? part : '*')).join(' ');
  const values = CronExpressionParser.parse(alone, { tz: 'UTC' }).fields[fields[place]!].values as number[];
  // Sunday is 0 and 7.
  return place === dayOfWeekPlace ? values.map((value) => value % 7) : values;
}

/** A list with each value once; the library refuses a list that names one twice. */
function withoutRepeats(list: string, place: number): string {
  const parts = list.split(',');
  if (parts.length === 1) return list;
  if (parts.some(isCalendarRule)) return [...new Set(parts)].join(',');
  // Seconds, in front of the others, have the values of minutes.
  const values = parts.flatMap((part) => valuesOf(part, Math.max(0, place)));
  return [...new Set(values)].sort((a, b) => a - b).join(',');
}

export interface CronFields {
  /** What the library is given. */
  expression: string;
  /** Days that the expression allows beyond that, of a local time written as if it were UTC; absent: every day. */
  isDay?: (localMs: number) => boolean;
}

const hasStar = (field: string) => field.startsWith('*');
const isAny = (field: string) => field === '*' || field === '?';

/**
 * Days as in cron(8): of two restricted fields of days either suffices, but a field that begins with `*` does not
 * count as restricted, so that both must agree. The library takes such a field for a restricted one: here it becomes a
 * condition beside the expression.
 * @throws what the library says of a list that it cannot read.
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
