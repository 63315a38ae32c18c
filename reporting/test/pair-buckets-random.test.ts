/** Which earlier time each bucket is compared with, against a plain implementation on the library of time zones. */
import { createRandom } from '@millrace/shared/testing/create-random';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { parseQuery } from '../src/query-request/parse-query.js';
import { resolveQuery } from '../src/query-request/resolve-query.js';
import type { CalendarUnit } from '../src/query-request/time-buckets.js';

type Day = Temporal.PlainDate;
type Pair = [label: string, earlier: string | null, from: string | null, to: string | null];

/** A year of each in which its clock does something odd, and what that is. */
const zones = [
  ['UTC', 2024],
  ['America/New_York', 2025],
  ['Australia/Lord_Howe', 2025],
  ['America/Sao_Paulo', 2018],
  ['Pacific/Apia', 2011],
  ['Asia/Kathmandu', 2026],
] as const;

const starts = new Map<string, Temporal.Instant>();
/** The library takes its time, so each day is asked for once. */
function startOf(day: Day, zone: string): Temporal.Instant {
  const key = `${day.toString()} ${zone}`;
  const start = starts.get(key) ?? day.toZonedDateTime(zone).toInstant();
  starts.set(key, start);
  return start;
}
const text = (instant: Temporal.Instant) => new Date(instant.epochMilliseconds).toISOString();
const isBetween = (day: Day, from: Day, to: Day) =>
  Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, to) <= 0;
const lengthOf = (from: Day, to: Day) => from.until(to).days + 1;

function actualPairs(body: object, zone: string, now: Temporal.Instant): { pairs: Pair[]; range: string[] } {
  const request = parseQuery({ site_id: 'demo', metrics: ['views'], timezone: zone, ...body });
  const query = resolveQuery(request, { siteTimezone: 'UTC', now: new Date(now.epochMilliseconds) });
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
  if (unit === 'week') return day.subtract({ days: day.dayOfWeek - 1 });
  return day.with({ day: 1 }).subtract({ months: (day.month - 1) % unitMonths[unit] });
}

/** Where a day stands in its unit. */
function placeOf(unit: CalendarUnit, day: Day): number {
  if (unit === 'week') return day.dayOfWeek;
  return 100 * ((day.month - 1) % (unit === 'day' ? 1 : unitMonths[unit])) + day.day;
}

type Distance = { days: number } | { months: number };

/** The start of the unit that is compared with the one that starts on `start`; null: there is none. */
function earlierUnit(unit: CalendarUnit, start: Day, distance: Distance): Day | null {
  if ('days' in distance) return start.subtract(distance);
  if (unit !== 'week') {
    const same = start.subtract(distance);
    return same.day === start.day ? same : null;
  }
  const [year, week] = [start.yearOfWeek! - distance.months / 12, start.weekOfYear!];
  const monday = unitStart('week', Temporal.PlainDate.from({ year, month: 1, day: 4 })).add({ weeks: week - 1 });
  return monday.yearOfWeek === year ? monday : null;
}

interface Ranges {
  from: Day;
  to: Day;
  earlierFrom: Day;
  earlierTo: Day;
  distance: Distance;
}

/** The distance in whole units, and whether that is the distance of the ranges; undefined: compare the ranges. */
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

/** By looking at each day of the earlier unit. */
function expectedPairs(unit: CalendarUnit, ranges: Ranges, zone: string): Pair[] {
  const { from, to, earlierFrom, earlierTo } = ranges;
  const units: Day[] = [];
  for (let day = from; isBetween(day, from, to); day = day.add({ days: 1 })) {
    const isThere = startOf(day, zone).epochMilliseconds < startOf(day.add({ days: 1 }), zone).epochMilliseconds;
    if (isThere && !units.at(-1)?.equals(unitStart(unit, day))) units.push(unitStart(unit, day));
  }
  const whole = wholeDistance(unit, ranges, units.length);
  return units.map((start): Pair => {
    const of = (label: Day, days: Day[]): Pair => {
      const [first, last] = [days.at(0), days.at(-1)];
      if (!first || !last) return [start.toString(), null, null, null];
      const [begin, end] = [text(startOf(first, zone)), text(startOf(last.add({ days: 1 }), zone))];
      return begin === end ? [start.toString(), null, null, null] : [start.toString(), label.toString(), begin, end];
    };
    if (!whole) return of(earlierFrom, [earlierFrom, earlierTo]);
    const earlier = earlierUnit(unit, start, whole.distance);
    if (!earlier) return of(start, []);
    const days: Day[] = [];
    const inUnit = (day: Day) => unitStart(unit, day).equals(earlier);
    for (let day = earlier; inUnit(day) && days.length < 400; day = day.add({ days: 1 })) days.push(day);
    const isFirst = unitStart(unit, from).equals(start) && !from.equals(start);
    const isLast = unitStart(unit, to).equals(start) && unitStart(unit, to.add({ days: 1 })).equals(start);
    const kept = days.filter(
      (day) =>
        (!isFirst || placeOf(unit, day) >= placeOf(unit, from)) &&
        (!isLast || placeOf(unit, day) <= placeOf(unit, to)) &&
        (!whole.isExact || isBetween(day, earlierFrom, earlierTo)),
    );
    return of(earlier, kept);
  });
}

const calendarUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
const yearOf = ({ from, to }: Pick<Ranges, 'from' | 'to'>): Ranges => ({
  from,
  to,
  earlierFrom: from.subtract({ years: 1 }),
  earlierTo: to.subtract({ years: 1 }),
  distance: { months: 12 },
});
function daysBefore({ from, to }: Pick<Ranges, 'from' | 'to'>): Ranges {
  const days = lengthOf(from, to);
  return { from, to, earlierFrom: from.subtract({ days }), earlierTo: from.subtract({ days: 1 }), distance: { days } };
}
const monthsBefore = (from: Day, to: Day, months: number): Ranges => ({
  from,
  to,
  earlierFrom: from.subtract({ months }),
  earlierTo: to.subtract({ months }),
  distance: { months },
});
const wholeMonths = (from: Day, months: number): Ranges => ({
  from,
  to: from.add({ months }).subtract({ days: 1 }),
  earlierFrom: from.subtract({ months }),
  earlierTo: from.subtract({ days: 1 }),
  distance: { months },
});

/** What each name is compared with by previous_period. */
const presets: Record<string, (today: Day) => Ranges> = {
  day: (today) => daysBefore({ from: today, to: today }),
  yesterday: (today) => daysBefore({ from: today.subtract({ days: 1 }), to: today.subtract({ days: 1 }) }),
  week: (today) => ({
    from: unitStart('week', today),
    to: today,
    earlierFrom: unitStart('week', today).subtract({ days: 7 }),
    earlierTo: today.subtract({ days: 7 }),
    distance: { days: 7 },
  }),
  last_week: (today) =>
    daysBefore({
      from: unitStart('week', today).subtract({ days: 7 }),
      to: unitStart('week', today).subtract({ days: 1 }),
    }),
  month: (today) => monthsBefore(today.with({ day: 1 }), today, 1),
  last_month: (today) => wholeMonths(today.with({ day: 1 }).subtract({ months: 1 }), 1),
  quarter: (today) => monthsBefore(unitStart('quarter', today), today, 3),
  last_quarter: (today) => wholeMonths(unitStart('quarter', today).subtract({ months: 3 }), 3),
  year: (today) => monthsBefore(unitStart('year', today), today, 12),
  last_year: (today) => wholeMonths(unitStart('year', today).subtract({ months: 12 }), 12),
  '6mo': (today) => monthsBefore(today.with({ day: 1 }).subtract({ months: 5 }), today, 6),
  '12mo': (today) => monthsBefore(today.with({ day: 1 }).subtract({ months: 11 }), today, 12),
  '7d': (today) => daysBefore({ from: today.subtract({ days: 6 }), to: today }),
  '45d': (today) => daysBefore({ from: today.subtract({ days: 44 }), to: today }),
};

function expectPairs(body: object, ranges: Ranges, zone: string, unit: CalendarUnit, now: Temporal.Instant) {
  const actual = actualPairs({ ...body, dimensions: [`time:${unit}`] }, zone, now);
  expect(actual.range, JSON.stringify(body)).toEqual([
    text(startOf(ranges.earlierFrom, zone)),
    text(startOf(ranges.earlierTo.add({ days: 1 }), zone)),
  ]);
  expect(actual.pairs, JSON.stringify([body, unit, now])).toEqual(expectedPairs(unit, ranges, zone));
}

describe.each(zones)('in %s, over the year %i,', (zone, year) => {
  const random = createRandom(year);
  const pick = (count: number) => Math.floor(random() * count);
  function someDay(): Day {
    const day = Temporal.PlainDate.from({ year, month: 1, day: 1 }).add({ days: pick(366) });
    // A range that starts with the day that Apia skipped starts with the day after it.
    return zone === 'Pacific/Apia' && day.toString() === '2011-12-30' ? day.add({ days: 1 }) : day;
  }
  const noon = startOf(someDay(), zone);

  it('random ranges of days are compared with the same places of the calendar', () => {
    for (let round = 0; round < 25; round += 1) {
      const from = someDay();
      const to = from.add({ days: pick([3, 40, 200][round % 3]!) });
      const date_range = [from.toString(), to.toString()];
      for (const unit of calendarUnits) {
        const body = (comparison: string) => ({ date_range, include: { comparison } });
        expectPairs(body('year_over_year'), yearOf({ from, to }), zone, unit, noon);
        expectPairs(body('previous_period'), daysBefore({ from, to }), zone, unit, noon);
      }
    }
  });

  it.each(Object.keys(presets))('%s is compared with what the table says, on any day', (name) => {
    for (let round = 0; round < 5; round += 1) {
      const today = someDay();
      // Some time of that day, wherever it lies; the skipped one has none.
      const now = Temporal.Instant.fromEpochMilliseconds(startOf(today, zone).epochMilliseconds + 5_000_000);
      const actualDay = now.toZonedDateTimeISO(zone).toPlainDate();
      const body = { date_range: name, include: { comparison: 'previous_period' } };
      for (const unit of calendarUnits) expectPairs(body, presets[name]!(actualDay), zone, unit, now);
    }
  });

  /** Hours of a date on the wall, of quarters of an hour with one hour and one offset. */
  function hoursOf(date: Day): { clock: string; label: string; from: string; to: string }[] {
    const hours: { clock: string; label: string; from: string; to: string }[] = [];
    const begin = Date.parse(date.toString()) - 15 * 3_600_000;
    for (let ms = begin; ms < begin + 54 * 3_600_000; ms += 900_000) {
      const time = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
      if (!time.toPlainDate().equals(date)) continue;
      const clock = `${date.toString()}T${String(time.hour).padStart(2, '0')}:00:00`;
      if (hours.at(-1)?.label !== clock + time.offset) {
        const from = new Date(ms).toISOString();
        hours.push({ clock, label: clock + time.offset, from, to: from });
      }
      hours.at(-1)!.to = new Date(ms + 900_000).toISOString();
    }
    return hours;
  }

  it('hours are compared with the same hour of the clock, also where a day has 23 or 25', () => {
    // Around every change of the clock in a year and a half, and at random.
    const days = Array.from({ length: 6 }, someDay);
    let change = startOf(Temporal.PlainDate.from({ year, month: 1, day: 1 }), zone).toZonedDateTimeISO(zone);
    for (let count = 0; count < 3; count += 1) {
      const next = change.getTimeZoneTransition('next');
      if (!next || next.year > year + 1) break;
      change = next;
      days.push(next.toPlainDate(), next.toPlainDate().add({ days: 1 }), next.toPlainDate().add({ years: 1 }));
    }
    for (const from of days) {
      const to = from.add({ days: pick(2) });
      const date_range = [from.toString(), to.toString()];
      for (const ranges of [yearOf({ from, to }), daysBefore({ from, to })]) {
        const comparison = 'months' in ranges.distance ? 'year_over_year' : 'previous_period';
        const body = { date_range, dimensions: ['time:hour'], include: { comparison } };
        const dates = to.equals(from) ? [from] : [from, to];
        const expected = dates.flatMap((date) => {
          const own = hoursOf(date);
          const other = date.subtract(ranges.distance);
          const others = other.day === date.day || 'days' in ranges.distance ? hoursOf(other) : [];
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

  it('days are compared with the same weekday where the query says so, and the ranges with whole weeks between', () => {
    for (let round = 0; round < 15; round += 1) {
      const from = someDay();
      const to = from.add({ days: pick(40) });
      for (const comparison of ['year_over_year', 'previous_period']) {
        const weeks = comparison === 'year_over_year' ? 52 : Math.ceil(lengthOf(from, to) / 7);
        const earlier = { earlierFrom: from.subtract({ weeks }), earlierTo: to.subtract({ weeks }) };
        const body = { date_range: [from.toString(), to.toString()], include: { comparison, match: 'weekday' } };
        for (const unit of ['day', 'week'] as const) {
          expectPairs(body, { from, to, ...earlier, distance: { days: 7 * weeks } }, zone, unit, noon);
        }
      }
    }
  });
});
