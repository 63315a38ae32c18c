/** Random events of every shape that filters and groups must distinguish. */
import { allColumns, type EventContext } from '@millrace/shared/contract/event-columns';
import type { Pool } from '@millrace/shared/platform/postgres';
import { createRandom } from '@millrace/shared/testing/create-random';

export interface StoredEvent extends EventContext {
  timestamp: Date;
  event_type: string;
  path: string;
  user_id: string | null;
  profile_id: string | null;
  referrer: string | null;
  properties: Record<string, unknown> | null;
}

/** A user that the site knows by an id. */
export interface SiteEvent extends StoredEvent {
  event_id: string;
}

export const types = ['view', 'view', 'view', 'click', 'sign"up', "it's; --"];
export const paths = [
  '/',
  '/a',
  '/A',
  '/a/b?c=%20',
  '',
  "/o'brien",
  '/ünï',
  '/100%',
  '/under_score',
  '/\\d',
  '/😀',
  '/ﬀ',
];
const users = [null, null, 'ada', 'Ada', 'bob', 'eve', 'user\\x', 'mallory', 'ümit'];
const profiles = [null, 'p1', 'p2', 'null', 'P1'];
const referrers = [
  null,
  '',
  'https://News.Example/path?x=1',
  'http://news.example',
  'news.example/y',
  '//odd',
  'android-app://com.app/#x',
  'https://?q',
  'direct',
  'https://söme.example#top',
];
const properties = [
  null,
  {},
  { plan: 'pro', amount: 10.5, ok: true },
  { plan: 'free', amount: 10, ok: false },
  { plan: null, amount: '10' },
  { plan: ['pro', 1], amount: { value: 1 } },
  { plan: '', "odd'name": 'x', 'a.b': 'dotted' },
  { plan: 'Pro', amount: 1e21, ok: 'true' },
];

/** Events in [from, from + length), some at the same instant. */
export function randomEvents(seed: number, count: number, from: Date, lengthMs: number): StoredEvent[] {
  const random = createRandom(seed);
  const oneOf = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: count }, () => ({
    timestamp: new Date(from.getTime() + Math.floor((random() * lengthMs) / 60_000) * 60_000),
    event_type: oneOf(types),
    path: oneOf(paths),
    user_id: oneOf(users),
    profile_id: oneOf(profiles),
    referrer: oneOf(referrers),
    properties: oneOf<Record<string, unknown> | null>(properties),
  }));
}

const columns = allColumns.filter(({ name }) => name !== 'site_id');
const names = columns.map(({ name }) => name).join(', ');
const typed = columns.map(({ name, type }) => `${name} ${type}`).join(', ');

/** Inserts them into table events, with ids made from their index. */
export async function storeEvents(pool: Pool, siteId: string, events: StoredEvent[]): Promise<void> {
  const rows = events.map((event, index) => ({
    ...event,
    event_id: `0190a5b0-7c3d-7000-8000-${String(index).padStart(12, '0')}`,
  }));
  await pool.query(
    `insert into events (site_id, ${names}) select $1, row.* from jsonb_to_recordset($2::jsonb) as row(${typed})`,
    [siteId, JSON.stringify(rows)],
  );
}
