/** Turns what the straightforward aggregations have in common into events that are read and rows that are written one by one. */
import type { Pool } from '@millrace/shared/platform/postgres';

export interface PlainEvent {
  timestamp: Date;
  event_type: string;
  user_id: string | null;
  profile_id: string | null;
  properties: Record<string, string> | null;
}

/** Every event of these types that the site ever had. */
export async function readEvents(pool: Pool, siteId: string, types?: string[]): Promise<PlainEvent[]> {
  const { rows } = await pool.query<PlainEvent>(
    `select timestamp, event_type, user_id, profile_id, properties from events
    where site_id = $1 and ($2::text[] is null or event_type = any($2)) order by timestamp`,
    [siteId, types ?? null],
  );
  return rows;
}

/** Tables beside ours, so that both results can be compared. */
export const plainTable = (table: string) => `plain_${table}`;

export async function upsert(pool: Pool, table: string, key: object, figures: object): Promise<void> {
  const row = { ...key, ...figures };
  const names = Object.keys(row);
  const set = Object.keys(figures).map((name) => `${name} = excluded.${name}`);
  await pool.query(
    `insert into ${plainTable(table)} (${names}) values (${names.map((_, index) => `$${index + 1}`)})
    on conflict (${Object.keys(key)}) do update set ${set}`,
    Object.values(row),
  );
}

export const periodTypes = ['day', 'week', 'month', 'quarter', 'year'];

export const dayOf = (date: Date) => date.toISOString().slice(0, 10);

/** The first day of the period that an instant lies in; in UTC, as all sites of the bench are. */
export function periodStart(instant: Date, type: string): string {
  const date = new Date(dayOf(instant));
  if (type === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (type === 'month' || type === 'quarter' || type === 'year') date.setUTCDate(1);
  if (type === 'quarter') date.setUTCMonth(Math.floor(date.getUTCMonth() / 3) * 3);
  if (type === 'year') date.setUTCMonth(0);
  return dayOf(date);
}

export function periodEnd(start: string, type: string): Date {
  const date = new Date(start);
  if (type === 'day' || type === 'week') date.setUTCDate(date.getUTCDate() + (type === 'day' ? 1 : 7));
  else date.setUTCMonth(date.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[type]!);
  return date;
}

/** Items of each key, in their order. */
export function groupBy<T>(items: T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const countOf = (events: PlainEvent[], type: string) =>
  events.filter(({ event_type }) => event_type === type).length;
export const percent = (a: number, b: number) => (b === 0 ? null : (100 * a) / b);
export const cents = ({ properties }: PlainEvent) => Math.round(Number(properties!.amount) * 100);
export const money = (amount: number) => (amount / 100).toFixed(2);

/** Amounts of events of type revenue by currency. */
export function earnings(events: PlainEvent[], per = 1): Record<string, string> {
  const sums = new Map<string, number>();
  for (const event of events) {
    if (event.event_type !== 'revenue') continue;
    const currency = event.properties!.currency!;
    sums.set(currency, (sums.get(currency) ?? 0) + cents(event));
  }
  return Object.fromEntries([...sums].map(([currency, sum]) => [currency, money(sum * per)]));
}
