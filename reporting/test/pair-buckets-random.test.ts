/** The earlier time that each bucket is compared with, checked against a plain implementation on a time zone library. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import type { CalendarUnit } from '../src/query-request/time-buckets.js';

/** Days since 1970: the library's own dates are a hundred times slower, and this looks at each day of each range. */
type Day = number;
type Pair = [label: string, earlier: string | null, from: string | null, to: string | null];

/** Zones, each with a year in which its clock does something odd. */
const zones = [
  ['UTC', 2024],
  ['America/New_York', 2025],
  ['Australia/Lord_Howe', 2025],
  ['America/Sao_Paulo', 2018],
  ['Pacific/Apia', 2011],
  ['Asia/Kathmandu', 2026],
] as const;

const dayMs = 86_400_000;
const dateOf = (day: Day) => new Date(day * dayMs).toISOString().slice(0, 10);
const dayOf = (date: string): Day => Date.parse(date) / dayMs;

/** A day in the calendar; weekdays from 1 (Monday) to 7. */
interface Place {
  date: string;
  year: number;
  month: number;
  day: number;
  weekday: number;
}
const places = new Map<Day, Place>();
function at(day: Day): Place {
  const known = places.get(day);
  if (known) return known;
  const date = dateOf(day);
  const [year, month, number] = date.split('-').map(Number) as [number, number, number];
  const place = { date, year, month, day: number, weekday: new Date(date).getUTCDay() || 7 };
  places.set(day, place);
  return place;
}
const dayIn = (year: number, month: number, day: number): Day => Date.UTC(year, month - 1, day) / dayMs;

/** The same day of the month, or the last day of a month that has no such day. */
function addMonths(day: Day, months: number): Day {
  const { year, month, day: number } = at(day);
  return Math.min(dayIn(year, month + months, number), dayIn(year, month + months + 1, 1) - 1);
}
const monthsApart = (earlier: Day, day: Day) =>
  12 * (at(day).year - at(earlier).year) + at(day).month - at(earlier).month;
const firstOfMonth = (day: Day, months = 0): Day => dayIn(at(day).year, at(day).month + months, 1);

/** Year and number of an ISO week, which are those of its Thursday. */
function weekOf(monday: Day): { year: number; week: number } {
  const { year } = at(monday + 3);
  return { year, week: Math.floor((monday + 3 - dayIn(year, 1, 1)) / 7) + 1 };
}

const starts = new Map<string, number>();
/** In milliseconds. The library is slow, so each day is looked up once. */
function startOf(day: Day, zone: string): number {
  const key = `${day} ${zone}`;
  const start = starts.get(key) ?? Temporal.PlainDate.from(dateOf(day)).toZonedDateTime(zone).epochMilliseconds;
  starts.set(key, start);
  return start;
}
/** When a day's clock shows a time, or the day ends. */
function clockOf(day: Day, plainTime: Temporal.PlainTime, zone: string): number {
  const time = Temporal.PlainDate.from(dateOf(day)).toZonedDateTime({ timeZone: zone, plainTime });
  return Math.min(time.epochMilliseconds, startOf(day + 1, zone));
}
/** The local date, and the hour with its offset: `02+01:00`. */
function wallOf(ms: number, zone: string): [date: string, hour: string] {
  const written = Temporal.Instant.fromEpochMilliseconds(ms).toString({ timeZone: zone, smallestUnit: 'minute' });
  return [written.slice(0, 10), written.slice(11, 13) + written.slice(16)];
}
const text = (ms: number) => new Date(ms).toISOString();
const isBetween = (day: Day, from: Day, to: Day) => day >= from && day <= to;
const lengthOf = (from: Day, to: Day) => to - from + 1;

function actualPairs(body: object, zone: string, now: number): { pairs: Pair[]; range: string[] } {
  const request = parseQuery({ site_id: 'demo', metrics: ['views'], timezone: zone, ...body });
  const query = resolveQuery(request, { siteTimezone: 'UTC', now: new Date(now) });
  const { range, buckets: earlier } = query.comparison!;
  const pairs = query.buckets!.labels.map((label, index): Pair => {
    const place = earlier!.pairs[index]!;
    if (place === null) return [label, null, null, null];
    const [from, to] = [earlier!.bounds[place]!, earlier!.bounds[place + 1]!];
    return [label, earlier!.labels[place]!, from.toISOString(), to.toISOString()];
  });
  return { pairs, range: [range.from.toISOString(), range.to.toISOString()] };
}

const unitMonths = { month: 1, quarter: 3, year: 12 } as const;

function unitStart(unit: CalendarUnit, day: Day): Day {
  if (unit === 'day') return day;
  if (unit === 'week') return day - at(day).weekday + 1;
  return firstOfMonth(day, -((at(day).month - 1) % unitMonths[unit]));
}

/** The position of a day in its unit. */
function placeOf(unit: CalendarUnit, day: Day): number {
  if (unit === 'week') return at(day).weekday;
  return 100 * ((at(day).month - 1) % (unit === 'day' ? 1 : unitMonths[unit])) + at(day).day;
}

type Distance = { days: number } | { months: number };

/** The start of the unit that is compared with the one that starts on `start`; null if there is none. */
function earlierUnit(unit: CalendarUnit, start: Day, distance: Distance): Day | null {
  if ('days' in distance) return start - distance.days;
  if (unit !== 'week') {
    const same = addMonths(start, -distance.months);
    return at(same).day === at(start).day ? same : null;
  }
  const { year, week } = weekOf(start);
  const monday = unitStart('week', dayIn(year - distance.months / 12, 1, 4)) + 7 * (week - 1);
  return weekOf(monday).year === year - distance.months / 12 ? monday : null;
}

interface Ranges {
  from: Day;
  to: Day;
  earlierFrom: Day;
  earlierTo: Day;
  distance: Distance;
  /** Only this much of the earlier day is compared with. */
  until?: Temporal.PlainTime;
  /** The earlier range was given by its dates. */
  isGiven?: boolean;
}

/** The distance in whole units, and whether it equals the distance of the ranges; undefined: compare the ranges. */
function wholeDistance(unit: CalendarUnit, { from, to, distance }: Ranges, units: number) {
  const days = 'days' in distance ? distance.days : Math.round(distance.months * 30.436875);
  const length = lengthOf(from, to);
  const apart = (size: number) => Math.max(Math.round(days / size), Math.ceil(length / size));
  if (unit === 'day') return { distance, isExact: true };
  if (unit === 'week') {
    if ('days' in distance && distance.days % 7 === 0) return { distance, isExact: true };
    if ('months' in distance && distance.months % 12 === 0) return { distance, isExact: false };
    return units === 1 ? undefined : { distance: { days: 7 * apart(7) }, isExact: false };
  }
  const size = unitMonths[unit];
  if ('months' in distance && distance.months % size === 0) return { distance, isExact: true };
  return units === 1 ? undefined : { distance: { months: size * apart(size * 30.436875) }, isExact: false };
}

const endOf = (day: Day, { until }: Ranges, zone: string) =>
  until ? clockOf(day, until, zone) : startOf(day + 1, zone);

/** Looks at each day of the earlier unit. */
function expectedPairs(unit: CalendarUnit, ranges: Ranges, zone: string): Pair[] {
  const { from, to, earlierFrom, earlierTo } = ranges;
  const units: Day[] = [];
  for (let day = from; day <= to; day += 1) {
    const isThere = startOf(day, zone) < startOf(day + 1, zone);
    if (isThere && units.at(-1) !== unitStart(unit, day)) units.push(unitStart(unit, day));
  }
  const whole = wholeDistance(unit, ranges, units.length);
  return units.map((start): Pair => {
    const of = (label: Day, days: Day[]): Pair => {
      const [first, last] = [days.at(0), days.at(-1)];
      if (first === undefined || last === undefined) return [at(start).date, null, null, null];
      const [begin, end] = [text(startOf(first, zone)), text(endOf(last, ranges, zone))];
      return begin === end ? [at(start).date, null, null, null] : [at(start).date, at(label).date, begin, end];
    };
    if (!whole) return of(earlierFrom, [earlierFrom, earlierTo]);
    const isCut = whole.isExact || (ranges.isGiven === true && unit !== 'week');
    const earlier = earlierUnit(unit, start, whole.distance);
    if (earlier === null) return of(start, []);
    const days: Day[] = [];
    const inUnit = (day: Day) => unitStart(unit, day) === earlier;
    for (let day = earlier; inUnit(day) && days.length < 400; day += 1) days.push(day);
    const isFirst = unitStart(unit, from) === start && from !== start;
    const isLast = unitStart(unit, to) === start && unitStart(unit, to + 1) === start;
    const kept = days.filter(
      (day) =>
        (!isFirst || placeOf(unit, day) >= placeOf(unit, from)) &&
        (!isLast || placeOf(unit, day) <= placeOf(unit, to)) &&
        (!isCut || isBetween(day, earlierFrom, earlierTo)),
    );
    // The rest of a week can lie beyond given dates, but not a week that has nothing within them.
    const isBeyond = ranges.isGiven && !kept.some((day) => isBetween(day, earlierFrom, earlierTo));
    return of(earlier, isBeyond ? [] : kept);
  });
}

const calendarUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
const yearOf = ({ from, to }: Pick<Ranges, 'from' | 'to'>): Ranges => ({
  from,
  to,
  earlierFrom: addMonths(from, -12),
  earlierTo: addMonths(to, -12),
  distance: { months: 12 },
});
function daysBefore({ from, to }: Pick<Ranges, 'from' | 'to'>): Ranges {
  const days = lengthOf(from, to);
  return { from, to, earlierFrom: from - days, earlierTo: from - 1, distance: { days } };
}
const monthsBefore = (from: Day, to: Day, months: number): Ranges => ({
  from,
  to,
  earlierFrom: addMonths(from, -months),
  earlierTo: addMonths(to, -months),
  distance: { months },
});
const wholeMonths = (from: Day, months: number): Ranges => ({
  from,
  to: addMonths(from, months) - 1,
  earlierFrom: addMonths(from, -months),
  earlierTo: from - 1,
  distance: { months },
});

/** What `previous_period` compares each named range with. */
const presets: Record<string, (today: Day) => Ranges> = {
  day: (today) => daysBefore({ from: today, to: today }),
  yesterday: (today) => daysBefore({ from: today - 1, to: today - 1 }),
  week: (today) => ({
    from: unitStart('week', today),
    to: today,
    earlierFrom: unitStart('week', today) - 7,
    earlierTo: today - 7,
    distance: { days: 7 },
  }),
  last_week: (today) =>
    daysBefore({
      from: unitStart('week', today) - 7,
      to: unitStart('week', today) - 1,
    }),
  month: (today) => monthsBefore(firstOfMonth(today), today, 1),
  last_month: (today) => wholeMonths(firstOfMonth(today, -1), 1),
  quarter: (today) => monthsBefore(unitStart('quarter', today), today, 3),
  last_quarter: (today) => wholeMonths(firstOfMonth(unitStart('quarter', today), -3), 3),
  year: (today) => monthsBefore(unitStart('year', today), today, 12),
  last_year: (today) => wholeMonths(firstOfMonth(unitStart('year', today), -12), 12),
  '6mo': (today) => monthsBefore(firstOfMonth(today, -5), today, 6),
  '12mo': (today) => monthsBefore(firstOfMonth(today, -11), today, 12),
  '7d': (today) => daysBefore({ from: today - 6, to: today }),
  '45d': (today) => daysBefore({ from: today - 44, to: today }),
};

function expectPairs(body: object, ranges: Ranges, zone: string, unit: CalendarUnit, now: number) {
  const actual = actualPairs({ ...body, dimensions: [`time:${unit}`] }, zone, now);
  expect(actual.range, JSON.stringify(body)).toEqual([
    text(startOf(ranges.earlierFrom, zone)),
    text(endOf(ranges.earlierTo, ranges, zone)),
  ]);
  expect(actual.pairs, JSON.stringify([body, unit, now])).toEqual(expectedPairs(unit, ranges, zone));
}

describe.each(zones)('in %s, over the year %i,', (zone, year) => {
  const random = createRandom(year);
  const pick = (count: number) => Math.floor(random() * count);
  function someDay(): Day {
    const day = dayIn(year, 1, 1) + pick(366);
    // A range that starts with the day that Apia skipped starts with the day after it.
    return zone === 'Pacific/Apia' && at(day).date === '2011-12-30' ? day + 1 : day;
  }
  const noon = startOf(someDay(), zone);

  it('compares random ranges of days at the same place in the calendar', () => {
    for (let round = 0; round < 12; round += 1) {
      const from = someDay();
      const to = from + pick([3, 40, 200][round % 3]!);
      const date_range = [at(from).date, at(to).date];
      for (const unit of calendarUnits) {
        const body = (comparison: string) => ({ date_range, include: { comparison } });
        expectPairs(body('year_over_year'), yearOf({ from, to }), zone, unit, noon);
        expectPairs(body('previous_period'), daysBefore({ from, to }), zone, unit, noon);
      }
    }
  });

  it('lets only whole weeks reach beyond given dates, whatever their length', () => {
    for (let round = 0; round < 12; round += 1) {
      const from = someDay();
      const last = from + pick([3, 40, 200][round % 3]!);
      // A range that ends before the day that Apia skipped also ends with it.
      const to = startOf(last + 1, zone) === startOf(last + 2, zone) ? last + 1 : last;
      const isSameNumber = round % 2 === 0;
      const months = 13 + pick(12);
      const earlierFrom = isSameNumber ? addMonths(from, -months) : from - 367 - pick(200);
      const hasSameNumber = at(earlierFrom).day === at(from).day;
      const distance = hasSameNumber ? { months: monthsApart(earlierFrom, from) } : { days: from - earlierFrom };
      const earlierTo = earlierFrom + pick([3, 40, 200, 300][round % 4]!);
      const comparison = [at(earlierFrom).date, at(earlierTo).date];
      const ranges = { from, to, earlierFrom, earlierTo, distance, isGiven: true };
      const body = { date_range: [at(from).date, at(to).date], include: { comparison } };
      for (const unit of calendarUnits) expectPairs(body, ranges, zone, unit, noon);
    }
  });

  it.each(Object.keys(presets))('compares %s as in the table, on any day', (name) => {
    for (let round = 0; round < 5; round += 1) {
      const today = someDay();
      // Some time of that day; the skipped day has none.
      const now = startOf(today, zone) + 5_000_000 + pick(80_000_000);
      const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
      const ranges = {
        ...presets[name]!(dayOf(local.toPlainDate().toString())),
        ...(name === 'day' && { until: local.toPlainTime() }),
      };
      const body = { date_range: name, include: { comparison: 'previous_period' } };
      for (const unit of calendarUnits) expectPairs(body, ranges, zone, unit, now);
    }
  });

  interface Hour {
    clock: string;
    label: string;
    from: string;
    to: string;
  }
  const hours = new Map<Day, Hour[]>();

  /** Hours of a local date, combined from quarters of an hour with the same hour and offset. */
  function hoursOf(date: Day): Hour[] {
    const known = hours.get(date);
    if (known) return known;
    const own: Hour[] = [];
    const begin = date * dayMs - 15 * 3_600_000;
    for (let ms = begin; ms < begin + 54 * 3_600_000; ms += 900_000) {
      const [day, hour] = wallOf(ms, zone);
      if (day !== at(date).date) continue;
      const clock = `${day}T${hour.slice(0, 2)}:00:00`;
      const label = clock + hour.slice(2);
      if (own.at(-1)?.label !== label) own.push({ clock, label, from: text(ms), to: text(ms) });
      own.at(-1)!.to = text(ms + 900_000);
    }
    hours.set(date, own);
    return own;
  }

  it('compares hours with the same clock hour, even if a day has 23 or 25', () => {
    // Around every clock change in a year and a half, and at random.
    const days = Array.from({ length: 3 }, someDay);
    let change = Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(zone);
    for (let count = 0; count < 3; count += 1) {
      const next = change.getTimeZoneTransition('next');
      if (!next || next.year > year + 1) break;
      change = next;
      const day = dayOf(next.toPlainDate().toString());
      days.push(day, day + 1, addMonths(day, 12));
    }
    for (const from of days) {
      const to = from + pick(2);
      const date_range = [at(from).date, at(to).date];
      for (const ranges of [yearOf({ from, to }), daysBefore({ from, to })]) {
        const { distance } = ranges;
        const comparison = 'months' in distance ? 'year_over_year' : 'previous_period';
        const body = { date_range, dimensions: ['time:hour'], include: { comparison } };
        const dates = to === from ? [from] : [from, to];
        const expected = dates.flatMap((date) => {
          const own = hoursOf(date);
          const other = 'months' in distance ? addMonths(date, -distance.months) : date - distance.days;
          const others = 'days' in distance || at(other).day === at(date).day ? hoursOf(other) : [];
          return own.map((hour, index): Pair => {
            const nth = own.slice(0, index).filter(({ clock }) => clock === hour.clock).length;
            const found = others.filter(({ clock }) => clock.slice(10) === hour.clock.slice(10))[nth];
            return found ? [hour.label, found.label, found.from, found.to] : [hour.label, null, null, null];
          });
        });
        expect(actualPairs(body, zone, noon).pairs, JSON.stringify([body, zone])).toEqual(expected);
      }
    }
  });

  it('compares days with the same weekday on request, and ranges with whole weeks in between', () => {
    for (let round = 0; round < 15; round += 1) {
      const from = someDay();
      const to = from + pick(40);
      for (const comparison of ['year_over_year', 'previous_period']) {
        const weeks = comparison === 'year_over_year' ? 52 : Math.ceil(lengthOf(from, to) / 7);
        const earlier = { earlierFrom: from - 7 * weeks, earlierTo: to - 7 * weeks };
        const body = { date_range: [at(from).date, at(to).date], include: { comparison, match: 'weekday' } };
        for (const unit of ['day', 'week'] as const) {
          expectPairs(body, { from, to, ...earlier, distance: { days: 7 * weeks } }, zone, unit, noon);
        }
      }
    }
  });
});
