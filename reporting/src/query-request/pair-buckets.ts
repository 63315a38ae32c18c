/** Pairs each bucket of a time axis with its earlier counterpart, by its position in the calendar. */
import { dayMs } from '@millrace/shared/time/durations';
import { addDays, dayStart } from '@millrace/shared/time/zone-days';
import { offsetAt } from '@millrace/shared/time/zone-offsets';
import type { SeriesUnit } from '../query/dimension-catalogue.js';
import type { PairedBuckets, TimeBuckets, TimeRange } from '../query/resolved-query.js';
import { sameIsoWeek, weekdayOf } from './calendar.js';
import { chooseStep, isExact, type RangeToPair, type Step } from './choose-step.js';
import { type Counterpart, pairByTime, pairClock } from './pair-clock.js';
import { type DayStep, earlierDay, earlierEnd, earlierStart } from './shift-instant.js';
import { type CalendarUnit, calendar, isClockUnit } from './time-buckets.js';

export interface Comparison {
  range: TimeRange;
  buckets: TimeBuckets & { unit: SeriesUnit };
  /** May overlap `range` or come after it if it was given by its ends. */
  earlier: TimeRange;
  shift: RangeToPair['shift'];
  /** The earlier range was given by its ends: counterparts stay within it, except for the rest of a week. */
  isGiven: boolean;
  zone: string;
}

/** Local time as if it were UTC, to count calendar days, including days of 25 hours and days that a zone skipped. */
const localTimeOf = (time: Date, zone: string) => time.getTime() + offsetAt(time.getTime(), zone);

/**
 * Months, quarters and years are paired by the distance between the ranges, days by the same number, weeks with whole weeks (of the
 * same ISO number if the distance is in years), hours with the same clock time. Where the range cuts off a bucket, its counterpart is
 * cut off as well. Where the distance is not a whole number of units, weeks, months, quarters and years stay whole and reach beyond
 * the earlier range: comparing a month with two days of another would be meaningless. Beyond given dates only weeks reach. A bucket
 * whose counterpart does not exist, such as 29 February, is paired with null.
 */
export function pairBuckets(comparison: Comparison): PairedBuckets {
  const { range, buckets, earlier, shift, isGiven, zone } = comparison;
  const length = Math.ceil((localTimeOf(range.to, zone) - localTimeOf(range.from, zone)) / dayMs - 1 / 12);
  const isApart = earlier.to <= range.from || earlier.from >= range.to;
  const step = chooseStep(buckets.unit, { shift, isApart, length, buckets: buckets.labels.length });
  const [first, last] = [earlier.from.getTime(), earlier.to.getTime()];
  const keepsDistance = isExact(step, shift);
  const isCut = isGiven ? keepsDistance || buckets.unit !== 'week' : keepsDistance && !isClockUnit(buckets.unit);
  const counterparts = counterpartsOf(comparison, step).map((each) => {
    if (!each || (isGiven && (each.to <= first || each.from >= last))) return undefined;
    if (!isCut) return each;
    const [from, to] = [Math.max(each.from, first), Math.min(each.to, last)];
    return from < to ? { ...each, from, to } : undefined;
  });
  return joinCounterparts(buckets.unit, counterparts, earlier.from);
}

function counterpartsOf(comparison: Comparison, step: Step): (Counterpart | undefined)[] {
  const { buckets, earlier, zone } = comparison;
  const { unit, labels } = buckets;
  if (step.kind === 'ms') return pairByTime(buckets, step.count, zone);
  if (step.kind === 'range') {
    const [only] = pairByTime({ ...buckets, bounds: [earlier.from, earlier.to] }, 0, zone);
    return only && only.from < only.to ? [isClockUnit(unit) ? only : { ...only, label: only.label.slice(0, 10) }] : [];
  }
  // Only weeks are paired by week number.
  if (isClockUnit(unit))
    return step.kind === 'iso-years' ? [] : pairClock(unit, buckets, { ...step, kind: step.kind }, zone);
  return labels.map((_label, index) => calendarCounterpart(comparison, unit, step, index));
}

function calendarCounterpart(
  { range, buckets: { bounds, labels }, zone }: Comparison,
  unit: CalendarUnit,
  step: Exclude<Step, { kind: 'range' }>,
  index: number,
): Counterpart | undefined {
  const { next } = calendar[unit];
  const label = labels[index]!;
  const days = step.kind === 'iso-years' ? weekStep(label, step.count) : (step as DayStep);
  const start = days && earlierDay(label, days);
  if (!days || start === undefined) return undefined;
  const whole = [dayStart(start, zone).getTime(), dayStart(next(start), zone).getTime()] as const;
  const own = [dayStart(label, zone).getTime(), dayStart(next(label), zone).getTime()] as const;
  const [ownFrom, ownTo] = [bounds[index]!.getTime(), bounds[index + 1]!.getTime()];
  const isFirst = ownFrom === range.from.getTime() && ownFrom > own[0];
  const isLast = ownTo === range.to.getTime() && ownTo < own[1];
  const from = isFirst ? Math.max(whole[0], earlierStart(ownFrom, days, zone)) : whole[0];
  const to = isLast ? Math.min(whole[1], earlierEnd(ownTo, days, zone)) : whole[1];
  return from < to ? { from, to, label: start } : undefined;
}

/** Distance to the week of the same number. A week that starts on Sunday has the number of the Monday after it. */
function weekStep(first: string, years: number): DayStep | undefined {
  const monday = addDays(first, weekdayOf(first) === 7 ? 1 : 0);
  const other = sameIsoWeek(monday, -years);
  return other === undefined ? undefined : { kind: 'days', count: (Date.parse(monday) - Date.parse(other)) / dayMs };
}

/** Combines the counterparts into one time axis. Gaps between them become buckets that nothing is paired with. */
function joinCounterparts(
  unit: TimeBuckets['unit'],
  counterparts: (Counterpart | undefined)[],
  start: Date,
): PairedBuckets {
  const ordered = counterparts.filter((each) => each !== undefined).sort((a, b) => a.from - b.from);
  const places = new Map<Counterpart, number>();
  const bounds: Date[] = [];
  const labels: string[] = [];
  let end = ordered[0]?.from ?? start.getTime();
  const add = (from: number, label: string) => bounds.push(new Date(from)) && labels.push(label) - 1;
  for (const each of ordered) {
    if (each.from > end) add(end, `before ${each.label}`);
    places.set(each, add(each.from, each.label));
    end = each.to;
  }
  bounds.push(new Date(end));
  return { unit, bounds, labels, pairs: counterparts.map((each) => (each ? places.get(each)! : null)) };
}
