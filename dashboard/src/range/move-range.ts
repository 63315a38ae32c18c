/** Moves a range back or forward by its own length. */
import { addDays, daysIn, firstOfMonth, firstOfWeek, lastOfMonth, monthOf, monthsBetween } from './calendar.ts';
import { isDate } from './clock.ts';

/** Whole days, both included. Weeks and months that are still running include their future days. */
interface Span {
  from: string;
  to: string;
  /** Set for ranges that move by calendar months. */
  months?: number;
}

function months(today: string, first: number, count: number): Span {
  return { from: firstOfMonth(today, first), to: lastOfMonth(today, first + count - 1), months: count };
}

const days = (from: string, count: number): Span => ({ from, to: addDays(from, count - 1) });
const monthOfQuarter = (today: string) => (monthOf(today) - 1) % 3;

const named: Record<string, (today: string) => Span> = {
  day: (today) => days(today, 1),
  week: (today) => days(firstOfWeek(today), 7),
  month: (today) => months(today, 0, 1),
  quarter: (today) => months(today, -monthOfQuarter(today), 3),
  '6mo': (today) => months(today, -5, 6),
  year: (today) => months(today, 1 - monthOf(today), 12),
  '12mo': (today) => months(today, -11, 12),
  // When several names match a range it was moved to, the first one here is used.
  '24h': (today) => days(today, 1),
  yesterday: (today) => days(addDays(today, -1), 1),
  last_week: (today) => days(addDays(firstOfWeek(today), -7), 7),
  last_month: (today) => months(today, -1, 1),
  last_quarter: (today) => months(today, -3 - monthOfQuarter(today), 3),
  last_year: (today) => months(today, -11 - monthOf(today), 12),
};

/** Two dates; `months` is set if they cover whole months, of which the last may be the current one. */
function ofDates(from: string, to: string, today: string): Span | undefined {
  if (!isDate(from) || !isDate(to) || from > to) return undefined;
  const isOfMonths = from === firstOfMonth(from) && from !== to && (to === lastOfMonth(to) || to === today);
  if (!isOfMonths) return { from, to };
  return { from, to: lastOfMonth(to), months: monthsBetween(from, to) + 1 };
}

function spanOf(range: string, today: string): Span | undefined {
  const [from, to] = range.split(',');
  if (from && to) return ofDates(from, to, today);
  if (/^[1-9]\d{0,4}d$/.test(range)) {
    const count = Number.parseInt(range, 10);
    return days(addDays(today, 1 - count), count);
  }
  return Object.hasOwn(named, range) ? named[range]!(today) : undefined;
}

function shifted({ from, to, months }: Span, step: number): Span {
  if (months) return { from: firstOfMonth(from, step * months), to: lastOfMonth(to, step * months), months };
  const length = step * daysIn(from, to);
  return { from: addDays(from, length), to: addDays(to, length) };
}

/** Names a range that ends today, so that it keeps ending today tomorrow. */
function upToToday(span: Span, today: string): string {
  const name = Object.keys(named).find((each) => {
    const { from, to } = named[each]!(today);
    return from === span.from && to === span.to;
  });
  if (name) return name;
  return span.months ? `${span.from},${today}` : `${daysIn(span.from, span.to)}d`;
}

/** The API has no earlier days. */
const earliest = '2000-01-01';

/**
 * `today` is the current date in the site's time zone. Returns undefined if the range cannot move: there is nothing after today,
 * and "all time" has no neighbours.
 */
export function moveRange(range: string, step: 1 | -1, today: string): string | undefined {
  const span = spanOf(range, today);
  if (!span || (step > 0 && span.to >= today)) return undefined;
  const next = shifted(span, step);
  if (next.from < earliest) return undefined;
  return next.to < today ? `${next.from},${next.to}` : upToToday(next, today);
}
