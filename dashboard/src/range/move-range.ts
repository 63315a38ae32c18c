/** Steps from a range to the one before it, or after it, of the same length. */
import { addDays, daysIn, firstOfMonth, firstOfWeek, lastOfMonth, monthOf, monthsBetween } from './calendar.ts';
import { isDate } from './clock.ts';

/** Whole days, both included; what lies ahead of us of a calendar's week or month is part of it. */
interface Span {
  from: string;
  to: string;
  /** Of what moves by months of the calendar. */
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
  // What begins a list of the same is what a range becomes that has been moved there.
  '24h': (today) => days(today, 1),
  yesterday: (today) => days(addDays(today, -1), 1),
  last_week: (today) => days(addDays(firstOfWeek(today), -7), 7),
  last_month: (today) => months(today, -1, 1),
  last_quarter: (today) => months(today, -3 - monthOfQuarter(today), 3),
  last_year: (today) => months(today, -11 - monthOf(today), 12),
};

/** Two dates; months where they are those of whole months, of which the last may be this one. */
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

/** The range that ends with today, by its name, which also says where it ends tomorrow. */
function upToToday(span: Span, today: string): string {
  const name = Object.keys(named).find((each) => {
    const { from, to } = named[each]!(today);
    return from === span.from && to === span.to;
  });
  if (name) return name;
  return span.months ? `${span.from},${today}` : `${daysIn(span.from, span.to)}d`;
}

/** The API has no days before this one. */
const earliest = '2000-01-01';

/** `today` is that of the zone. Undefined where there is none: what ends with today has no range after it, all time none at all. */
export function moveRange(range: string, step: 1 | -1, today: string): string | undefined {
  const span = spanOf(range, today);
  if (!span || (step > 0 && span.to >= today)) return undefined;
  const next = shifted(span, step);
  if (next.from < earliest) return undefined;
  return next.to < today ? `${next.from},${next.to}` : upToToday(next, today);
}
