/** Random events and queries, and the answers of plain SQL over raw rows. */

import type { Pool } from '@millrace/shared/platform/postgres';
import type { Random } from '@millrace/shared/testing/create-random';

export const zones = [
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Europe/Berlin',
];

const minute = 60_000;
const day = 86_400_000;

/** Special instants: clock changes of the zones above, the end of detailed rollups, the open interval. */
const specialTimes = (now: number) => [
  Date.UTC(2026, 2, 8, 7),
  Date.UTC(2026, 2, 29, 1),
  Date.UTC(2026, 3, 4, 15),
  Date.UTC(2026, 9, 3, 15, 30),
  Date.UTC(2026, 9, 25, 1),
  Date.UTC(2026, 10, 1, 6),
  now - 8 * day,
  now - day,
  now - 20 * minute,
];

function randomTime(random: Random, now: number): number {
  const center = random.pick(specialTimes(now));
  const spread = random.pick([10 * minute, 3 * 60 * minute, 2 * day]);
  return Math.min(now, Math.round(center + (random() - 0.5) * spread));
}

export function randomEvent(random: Random, now: number, siteId: string) {
  return {
    site_id: siteId,
    timestamp: new Date(randomTime(random, now)).toISOString(),
    event_id: `e-${random.below(1e9)}`,
    event_type: random.pick(['view', 'view', 'view', 'click', 'download']),
    path: random.pick(['/', '/a', '/a/b', '/ä', '', "/o'hare"]),
    ...(random() < 0.8 && { user_id: `user-${random.below(25)}` }),
    ...(random() < 0.5 && { profile_id: `profile-${random.below(4)}` }),
    ...(random() < 0.5 && {
      referrer: random.pick(['https://Example.com/x?y', 'other.example/z', 'android-app://com.app/']),
    }),
  };
}

export interface RandomQuery {
  site_id: string;
  timezone: string;
  date_range: [string, string];
  metrics: string[];
  dimensions: string[];
  filters: unknown[];
}

const columns = ['event_type', 'path', 'referrer', 'profile_id'];

function randomRange(random: Random, now: number): [string, string] {
  const times = [randomTime(random, now), randomTime(random, now)].sort((a, b) => a - b) as [number, number];
  if (random() < 0.5) return times.map((time) => new Date(time).toISOString().slice(0, 10)) as [string, string];
  const step = random.pick([1, minute, 15 * minute]);
  const [from, to] = times.map((time) => Math.floor(time / step) * step) as [number, number];
  return [new Date(from).toISOString(), new Date(to + step).toISOString()];
}

export function randomQuery(random: Random, now: number, siteId: string): RandomQuery {
  const column = random.pick(columns);
  const shapes = [
    [],
    [column],
    ['time:day'],
    ['time:week'],
    ['time:month'],
    ['time:day', column],
    ['event_type', column],
  ];
  const condition = () => [
    random.pick(['is', 'is_not']),
    random() < 0.7 ? column : random.pick(columns),
    [random.pick(['view', 'click', '/a', 'direct', 'example.com', 'profile-1', '/'])],
  ];
  return {
    site_id: siteId,
    timezone: random.pick(zones),
    date_range: randomRange(random, now),
    metrics: ['events', 'views', 'visitors', 'event:click'],
    dimensions: [...new Set(random.pick(shapes))],
    filters: random() < 0.5 ? [] : [random() < 0.5 ? condition() : ['or', [condition(), condition()]]],
  };
}

const expressions: Record<string, string> = {
  event_type: 'event_type',
  path: 'path',
  profile_id: 'profile_id',
  referrer: `coalesce(lower(regexp_replace(regexp_replace(referrer, '^[^/]*://', ''), '[/?#].*$', '')), 'direct')`,
  'time:day': `to_char(timestamp at time zone $4, 'YYYY-MM-DD')`,
  'time:week': `to_char(date_trunc('week', timestamp at time zone $4), 'YYYY-MM-DD')`,
  'time:month': `to_char(date_trunc('month', timestamp at time zone $4), 'YYYY-MM-DD')`,
};

/** Filters of this file contain no quotes. */
function conditionSql(filter: unknown): string {
  const [op, ...rest] = filter as [string, ...unknown[]];
  if (op === 'or') return `(${(rest[0] as unknown[]).map(conditionSql).join(' or ')})`;
  const [dimension, [value]] = rest as [string, [string]];
  return `(${expressions[dimension]} is not distinct from '${value}') = ${op === 'is'}`;
}

export interface PlainRow {
  dimensions: (string | null)[];
  metrics: number[];
}

/** Rows with events, sorted by the JSON of their dimensions. */
export async function plainAnswer(pool: Pool, query: RandomQuery): Promise<PlainRow[]> {
  const dimensions = query.dimensions.map((name) => expressions[name] as string);
  const isDates = query.date_range[0].length === 10;
  const bounds = isDates
    ? `timestamp >= ($2::date)::timestamp at time zone $4 and timestamp < ($3::date + 1)::timestamp at time zone $4`
    : 'timestamp >= $2::timestamptz and timestamp < $3::timestamptz and $4::text is not null';
  const { rows } = await pool.query<{ dimensions: (string | null)[]; metrics: number[] }>(
    `select array[${dimensions.join(', ')}]::text[] as dimensions,
       array[count(*), count(*) filter (where event_type = 'view'), count(distinct user_id),
         count(*) filter (where event_type = 'click')]::int[] as metrics
     from events where site_id = $1 and ${bounds} ${query.filters.map((filter) => `and ${conditionSql(filter)}`).join(' ')}
     ${
       dimensions.length > 0
         ? `group by ${dimensions
             .map((_, index) => index + 1)
             .map((n) => dimensions[n - 1])
             .join(', ')}`
         : ''
     }`,
    [query.site_id, ...query.date_range, query.timezone],
  );
  return sortRows(rows);
}

export const sortRows = <T extends { dimensions: unknown[] }>(rows: T[]): T[] =>
  [...rows].sort((a, b) => (JSON.stringify(a.dimensions) < JSON.stringify(b.dimensions) ? -1 : 1));
