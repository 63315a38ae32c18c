/** Turns events into aggregates one event after the other: slow, plain, and written apart from the statements it checks. */
import { dayRange } from '@millrace/shared/time';
import type { TestEvent } from './random-events.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date and hour that a clock of the zone shows. */
export function localDate(instant: string | Date, zone: string): string {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  return format.format(new Date(instant));
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`);
const text = (date: Date) => date.toISOString().slice(0, 10);

/** The first day of the period that a day lies in. */
export function periodStart(day: string, type: string): string {
  const date = utc(day);
  if (type === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (type === 'month' || type === 'quarter' || type === 'year') date.setUTCDate(1);
  if (type === 'quarter') date.setUTCMonth(Math.floor(date.getUTCMonth() / 3) * 3);
  if (type === 'year') date.setUTCMonth(0);
  return text(date);
}

/** Cents of cents: all amounts of the tests have at most two digits. */
const cents = (amount: unknown): number | undefined =>
  /^-?\d{1,12}(\.\d{1,6})?$/.test(String(amount ?? '')) && typeof amount !== 'boolean'
    ? Math.round(Number(amount) * 100)
    : undefined;
const isCurrency = (currency: unknown) => typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
export const round = (value: number, digits = 4) => Math.round(value * 10 ** digits) / 10 ** digits;
export const percent = (a: number, b: number) => (b === 0 ? null : round((100 * a) / b));

export interface PlainRevenue {
  revenue: number;
  payments: number;
  succeeded: number;
  rate: number | null;
  refunds: number;
  refunded: number;
}

/** Totals in units by currency, of the events of one period. */
export function plainRevenue(events: TestEvent[]): Record<string, PlainRevenue> {
  const totals: Record<string, PlainRevenue> = {};
  for (const { event_type, properties = {} } of events) {
    const amount = cents(properties.amount);
    if (!['payment', 'refund'].includes(event_type) || amount === undefined || !isCurrency(properties.currency))
      continue;
    const currency = String(properties.currency);
    totals[currency] ??= { revenue: 0, payments: 0, succeeded: 0, rate: null, refunds: 0, refunded: 0 };
    const total = totals[currency];
    if (event_type === 'refund') {
      total.refunds += 1;
      total.refunded += amount;
    } else {
      total.payments += 1;
      if (properties.status === 'succeeded') {
        total.succeeded += 1;
        total.revenue += amount;
      }
    }
  }
  for (const total of Object.values(totals)) {
    total.revenue = round((total.revenue - total.refunded) / 100);
    total.refunded = round(total.refunded / 100);
    total.rate = percent(total.succeeded, total.payments);
  }
  return totals;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a clock of the zone shows, as if it were UTC. */
function wallOf(instant: number, zone: string): number {
  const style = { timeZone: zone, hourCycle: 'h23', dateStyle: 'short', timeStyle: 'medium' } as const;
  const format = clocks.get(zone) ?? new Intl.DateTimeFormat('en-US', style);
  clocks.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(2000 + parts.year!, parts.month! - 1, parts.day!, parts.hour!, parts.minute!, parts.second!);
}

/** A month or a year later on the calendar of the zone; a day that the month does not have becomes its last. */
function later(instant: string, months: number, zone: string): Date {
  const date = new Date(wallOf(Date.parse(instant), zone));
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  let at = date.getTime();
  for (let turn = 0; turn < 2; turn += 1) at += date.getTime() - wallOf(at, zone);
  return new Date(at);
}

/** Monthly worth by currency of the subscriptions that run at `end`. */
export function plainMrr(events: TestEvent[], end: Date, zone = 'UTC'): Record<string, number> {
  const last = new Map<string, TestEvent>();
  const sorted = [...events].sort(
    (a, b) => a.timestamp.localeCompare(b.timestamp) || a.event_id.localeCompare(b.event_id),
  );
  for (const event of sorted) {
    const { properties = {}, user_id, profile_id } = event;
    if (event.event_type !== 'payment' || properties.status !== 'succeeded' || !properties.interval) continue;
    if (cents(properties.amount) === undefined || !isCurrency(properties.currency)) continue;
    if (new Date(event.timestamp) >= end) continue;
    const who = user_id ? `user ${user_id}` : `transaction ${properties.transaction_id}`;
    last.set(JSON.stringify([who, profile_id, properties.currency]), event);
  }
  const mrr: Record<string, number> = {};
  for (const { timestamp, properties = {} } of last.values()) {
    const months = properties.interval === 'year' ? 12 : 1;
    if (later(timestamp, months, zone) < end) continue;
    const currency = String(properties.currency);
    mrr[currency] = (mrr[currency] ?? 0) + cents(properties.amount)! / 100 / months;
  }
  return Object.fromEntries(Object.entries(mrr).map(([currency, worth]) => [currency, round(worth)]));
}

const nextStarts: Record<string, (date: Date) => void> = {
  day: (date) => date.setUTCDate(date.getUTCDate() + 1),
  week: (date) => date.setUTCDate(date.getUTCDate() + 7),
  month: (date) => date.setUTCMonth(date.getUTCMonth() + 1),
  quarter: (date) => date.setUTCMonth(date.getUTCMonth() + 3),
  year: (date) => date.setUTCFullYear(date.getUTCFullYear() + 1),
};

const nothing: PlainRevenue = { revenue: 0, payments: 0, succeeded: 0, rate: null, refunds: 0, refunded: 0 };

/** All rows of revenue, also of periods in which nothing but subscriptions went on, sorted by type, start and currency. */
export function plainRevenueRows(events: TestEvent[], zone: string, now: Date): object[] {
  const money = events.filter(({ event_type }) => event_type === 'payment' || event_type === 'refund');
  const days = money.map(({ timestamp }) => localDate(timestamp, zone)).sort();
  const rows: object[] = [];
  for (const type of ['day', 'month', 'quarter', 'week', 'year']) {
    for (let start = periodStart(days[0]!, type); start <= localDate(now, zone); ) {
      const next = utc(start);
      nextStarts[type]!(next);
      const end = dayRange(text(next), zone).from;
      const totals = plainRevenue(
        money.filter((event) => periodStart(localDate(event.timestamp, zone), type) === start),
      );
      const mrr = plainMrr(money, end < now ? end : now, zone);
      for (const currency of [...new Set([...Object.keys(totals), ...Object.keys(mrr)])].sort()) {
        rows.push({ type, start, currency, ...(totals[currency] ?? nothing), mrr: mrr[currency] ?? 0 });
      }
      start = text(next);
    }
  }
  return rows;
}

/** `[cohort month, number, size, retained, rate]` of every cohort up to `now`, sorted. */
export function plainCohorts(events: TestEvent[], zone: string, now: Date): unknown[][] {
  const monthOf = (instant: string | Date) => localDate(instant, zone).slice(0, 7);
  const signups = new Map<string, string>();
  const active = new Map<string, Set<string>>();
  for (const { event_type, user_id, timestamp } of [...events].sort((a, b) => a.timestamp.localeCompare(b.timestamp))) {
    if (!user_id) continue;
    const month = monthOf(timestamp);
    active.set(month, (active.get(month) ?? new Set()).add(user_id));
    if (event_type === 'signup' && !signups.has(user_id)) signups.set(user_id, month);
  }
  const rows: unknown[][] = [];
  for (const cohort of [...new Set(signups.values())].sort()) {
    const members = [...signups].filter(([, month]) => month === cohort).map(([user]) => user);
    let month = cohort;
    for (let number = 0; month <= monthOf(now); number += 1) {
      const retained = members.filter((user) => active.get(month)?.has(user)).length;
      rows.push([`${cohort}-01`, number, members.length, retained, percent(retained, members.length)]);
      const next = new Date(`${month}-01T00:00:00Z`);
      next.setUTCMonth(next.getUTCMonth() + 1);
      month = text(next).slice(0, 7);
    }
  }
  return rows;
}

/** Decimals by currency of the events of type revenue. */
export function plainEarnings(events: TestEvent[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { event_type, properties = {} } of events) {
    const amount = cents(properties.amount);
    if (event_type !== 'revenue' || amount === undefined || !isCurrency(properties.currency)) continue;
    sums[String(properties.currency)] = (sums[String(properties.currency)] ?? 0) + amount;
  }
  return Object.fromEntries(Object.entries(sums).map(([currency, sum]) => [currency, round(sum / 100)]));
}

export const countOf = (events: TestEvent[], type: string) =>
  events.filter(({ event_type }) => event_type === type).length;
