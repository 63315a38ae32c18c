/** Turns a named span of time into dates or instants, by the clock, and dates into instants, by the time zone. */
import { addDays, dayOf, dayStart } from '@millrace/shared/zone-days';
import type { TimeRange } from '../query/resolved-query.js';
import { firstOfMonth } from './calendar.js';
import type { DateRange, InstantSpan, Span } from './parse-date-range.js';
import type { RangeName } from './query-names.js';

/** What the meaning of a name depends on. */
export interface Moment {
  now: Date;
  /** Of the site; absent when it has no events. */
  firstEvent?: Date | undefined;
  lastEvent?: Date | undefined;
}

const minuteMs = 60_000;

function lately(now: Date, minutes: number): InstantSpan {
  return { kind: 'instants', from: new Date(now.getTime() - minutes * minuteMs), to: now };
}

/** The first day of a span that ends with `today`. */
const firstDay: Record<Exclude<RangeName, '24h' | 'realtime' | 'all'>, (today: string) => string> = {
  day: (today) => today,
  '7d': (today) => addDays(today, -6),
  '28d': (today) => addDays(today, -27),
  '30d': (today) => addDays(today, -29),
  month: (today) => firstOfMonth(today),
  '6mo': (today) => firstOfMonth(today, -5),
  '12mo': (today) => firstOfMonth(today, -11),
  year: (today) => `${today.slice(0, 4)}-01-01`,
};

/** Events may lie up to a day ahead of the clock: they belong to all time, too. */
function allTime(today: string, zone: string, { firstEvent, lastEvent }: Moment): Span {
  const days = [firstEvent, lastEvent].flatMap((event) => (event ? [dayOf(event, zone)] : []));
  const [from = today, to = today] = [days.at(0), days.at(-1)];
  return { kind: 'days', from, to: to > today ? to : today };
}

export function resolveSpan(range: DateRange, zone: string, moment: Moment): Span {
  if (range.kind !== 'named') return range;
  if (range.name === '24h') return lately(moment.now, 24 * 60);
  if (range.name === 'realtime') return lately(moment.now, 30);
  const today = dayOf(moment.now, zone);
  if (range.name === 'all') return allTime(today, zone, moment);
  return { kind: 'days', from: firstDay[range.name](today), to: today };
}

/** Empty where the zone has skipped the only day. */
export function toTimeRange(span: Span, zone: string): TimeRange {
  if (span.kind === 'instants') return { from: span.from, to: span.to };
  return { from: dayStart(span.from, zone), to: dayStart(addDays(span.to, 1), zone) };
}
