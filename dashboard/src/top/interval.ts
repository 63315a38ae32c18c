/** The intervals that suit a range. */
import { type Interval, intervals } from '../view-address.ts';

/** Approximate number of days. */
function daysOf(range: string): number {
  const [from, to] = range.split(',');
  if (from && to) return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  if (/^\d+d$/.test(range)) return Number.parseInt(range, 10);
  const days: Record<string, number> = {
    day: 1,
    yesterday: 1,
    '24h': 1,
    realtime: 0,
    week: 7,
    last_week: 7,
    quarter: 92,
  };
  const longer: Record<string, number> = { month: 31, last_month: 31, last_quarter: 92, '6mo': 184 };
  return { ...days, ...longer }[range] ?? 366;
}

export function defaultInterval(range: string): Interval {
  const days = daysOf(range);
  if (days === 0) return 'minute';
  if (days <= 1) return 'hour';
  return days <= 100 ? 'day' : 'month';
}

/** Intervals with enough points to form a line, and few enough to be readable. */
export function intervalsFor(range: string): Interval[] {
  const days = daysOf(range);
  const longest: Record<Interval, number> = {
    minute: 1,
    hour: 31,
    day: 800,
    week: 3_000,
    month: Number.POSITIVE_INFINITY,
  };
  const shortest: Record<Interval, number> = { minute: 0, hour: 1, day: 2, week: 14, month: 45 };
  return intervals.filter((unit) => days >= shortest[unit] && days <= longest[unit]);
}
