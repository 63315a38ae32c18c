/** Computes aggregates event by event: slow, simple, and independent of the statements under test. */
import type { TestEvent } from './random-events.js';

const formats = new Map<string, Intl.DateTimeFormat>();
const dates = new Map<string, string>();

/** The calendar date in the zone; cached, because the same instants occur often. */
export function localDate(instant: string | Date, zone: string): string {
  const key = `${instant instanceof Date ? instant.getTime() : instant} ${zone}`;
  const known = dates.get(key);
  if (known !== undefined) return known;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  formats.set(zone, format);
  const date = format.format(new Date(instant));
  dates.set(key, date);
  return date;
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`);
const text = (date: Date) => date.toISOString().slice(0, 10);

/** The first day of the period that contains a day. */
export function periodStart(day: string, type: string): string {
  const date = utc(day);
  if (type === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (type === 'month' || type === 'quarter' || type === 'year') date.setUTCDate(1);
  if (type === 'quarter') date.setUTCMonth(Math.floor(date.getUTCMonth() / 3) * 3);
  if (type === 'year') date.setUTCMonth(0);
  return text(date);
}

/** In ten-thousandths; all amounts in the tests have at most two decimal places. */
const cents = (amount: unknown): number | undefined =>
  /^-?\d{1,12}(\.\d{1,6})?$/.test(String(amount ?? '')) && typeof amount !== 'boolean'
    ? Math.round(Number(amount) * 100)
    : undefined;
const isCurrency = (currency: unknown) => typeof currency === 'string' && /^[A-Z]{3}$/.test(currency);
export const round = (value: number, digits = 4) => Math.round(value * 10 ** digits) / 10 ** digits;
export const percent = (a: number, b: number) => (b === 0 ? null : round((100 * a) / b));

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
