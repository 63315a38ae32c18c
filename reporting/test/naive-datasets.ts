/** Rows of datasets by their definition, computed from the list of events of a site. */

import { referrerHost } from './naive-answer.js';
import type { SiteEvent } from './random-events.js';

export interface NaiveRange {
  /** Events of the site, in order of time. */
  all: SiteEvent[];
  from: Date;
  to: Date;
  zone: string;
}

export type Rows = Record<string, unknown>[];

export const inRange = ({ all, from, to }: NaiveRange) =>
  all.filter(({ timestamp }) => timestamp >= from && timestamp < to);

const formats = new Map<string, Intl.DateTimeFormat>();

export function dayIn(zone: string, time: Date): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format.format(time);
}

const monthOf = (day: string) => `${day.slice(0, 7)}-01`;
function weekOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
export const periods: Record<string, (day: string) => string> = { day: (day) => day, week: weekOf, month: monthOf };

export function groupBy<T, K extends string>(list: T[], nameOf: (item: T) => K): [K, T[]][] {
  const groups = new Map<K, T[]>();
  for (const item of list) groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  return [...groups].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const usersOf = (events: SiteEvent[]) => new Set(events.flatMap(({ user_id }) => user_id ?? []));
const viewsOf = (events: SiteEvent[]) => events.filter(({ event_type }) => event_type === 'view').length;
export const ratio = (part: number, whole: number) => (whole === 0 ? null : Math.round((100 * part) / whole) / 100);

const countsOf = (events: SiteEvent[]) => ({
  events: events.length,
  views: viewsOf(events),
  visitors: usersOf(events).size,
});

function bucketsOf({ from, to, zone }: NaiveRange, periodOf: (day: string) => string): string[] {
  const names = new Set<string>();
  for (let time = from.getTime(); time < to.getTime(); time += 3_600_000)
    names.add(periodOf(dayIn(zone, new Date(time))));
  return [...names, periodOf(dayIn(zone, new Date(to.getTime() - 1)))].filter(
    (name, at, all) => all.indexOf(name) === at,
  );
}

export function activityTrends(range: NaiveRange): Rows {
  const events = inRange(range);
  return bucketsOf(range, periods.day!).map((day) => ({
    day,
    ...countsOf(events.filter(({ timestamp }) => dayIn(range.zone, timestamp) === day)),
  }));
}

export function userGrowth(range: NaiveRange): Rows {
  const firsts = new Map<string, Date>();
  for (const { event_type, user_id, timestamp } of range.all) {
    if (event_type === 'signup' && user_id !== null && !firsts.has(user_id)) firsts.set(user_id, timestamp);
  }
  const signups = [...firsts.values()];
  const events = inRange(range);
  return bucketsOf(range, monthOf).map((month) => {
    const isOf = (time: Date) => monthOf(dayIn(range.zone, time)) === month;
    const { events: count, visitors } = countsOf(events.filter(({ timestamp }) => isOf(timestamp)));
    const isNew = (time: Date) => isOf(time) && time >= range.from && time < range.to;
    const isKnown = (time: Date) => time < range.to && monthOf(dayIn(range.zone, time)) <= month;
    return {
      month,
      new_users: signups.filter(isNew).length,
      total_users: signups.filter(isKnown).length,
      visitors,
      events: count,
    };
  });
}

const itemOf: Record<string, (event: SiteEvent) => string | null> = {
  paths: ({ path }) => path,
  referrers: ({ referrer }) => referrerHost(referrer),
  profiles: ({ profile_id }) => profile_id,
  event_types: ({ event_type }) => event_type,
};

export function topItems(range: NaiveRange, of: string, by: 'events' | 'views' | 'visitors', limit: number): Rows {
  const events = inRange(range);
  const totalVisitors = usersOf(events.filter((event) => itemOf[of]!(event) !== null)).size;
  return groupBy(
    events.filter((event) => itemOf[of]!(event) !== null),
    (event) => itemOf[of]!(event)!,
  )
    .map(([item, own]) => ({ item, ...countsOf(own), share: ratio(100 * usersOf(own).size, totalVisitors) }))
    .sort((a, b) => b[by] - a[by])
    .slice(0, limit)
    .map((row, at) => ({ rank: at + 1, ...row }));
}

const figures = (own: SiteEvent[], all: SiteEvent[]) => ({
  events: own.length,
  visitors: usersOf(own).size,
  events_per_visitor: ratio(own.length, usersOf(own).size),
  share: ratio(100 * own.length, all.length),
});

export function engagement(range: NaiveRange): Rows {
  const events = inRange(range);
  return groupBy(events, ({ event_type }) => event_type).map(([event_type, own]) => ({
    event_type,
    ...figures(own, events),
    first_day: dayIn(range.zone, own[0]!.timestamp),
    last_day: dayIn(range.zone, own.at(-1)!.timestamp),
  }));
}

export const engagementByDay = (range: NaiveRange): Rows =>
  groupBy(inRange(range), ({ timestamp }) => dayIn(range.zone, timestamp)).flatMap(([day, events]) =>
    groupBy(events, ({ event_type }) => event_type).map(([event_type, own]) => ({
      day,
      event_type,
      ...figures(own, events),
    })),
  );

export const instantOf = (time: Date) => time.toISOString().replace('.000Z', 'Z');
export const events = (range: NaiveRange): Rows =>
  inRange(range).map(({ timestamp, ...event }) => ({ timestamp: instantOf(timestamp), ...event, session_id: null }));
