/** Compares segments with raw events, event by event, and checks that erased data is gone. */
import { inTransaction, type Pool, type PoolClient } from '@millrace/shared/platform/postgres';
import { countIntervals, ownedRanges } from '@millrace/shared/segments/interval-ranges';
import { packSize } from '@millrace/shared/segments/segment-columns';
import { expect } from 'vitest';
import { listSegments, openSegment, type StoredSegment } from '../../src/segments/stored-segments.js';
import { runVerify } from '../../src/verify/verify-run.js';
import { runCommand } from '../run-command.js';

const intervalMicros = 900_000_000;

/** Column → code → value. */
type Values = Map<string, Map<number, string | null>>;

async function readValues(client: PoolClient, siteId: string): Promise<Values> {
  const { rows } = await client.query('select "column", pack, values from segment_values where site_id = $1', [siteId]);
  const values: Values = new Map();
  for (const { column, pack, values: packed } of rows) {
    const ofColumn = values.get(column) ?? new Map<number, string | null>();
    values.set(column, ofColumn);
    for (const [at, value] of packed.entries()) ofColumn.set(pack * packSize + at + 1, value);
  }
  return values;
}

/** Each event of a segment as `[microseconds, visitor, session, values]`; fails for unknown codes. */
async function decodeSegment(client: PoolClient, siteId: string, segment: StoredSegment, values: Values) {
  const open = await openSegment(client, siteId, segment);
  const columns: [string, ArrayLike<number>][] = [];
  for (const name of Object.keys(open.directory.blocks)) {
    if (values.has(name)) columns.push([name, await open.numbers(name)]);
    else expect(['time', 'micros', 'visitor', 'session', 'session_ids']).toContain(name);
  }
  const [time, micros] = [await open.numbers('time'), await open.numbers('micros')];
  const [visitor, session] = [await open.numbers('visitor'), await open.numbers('session')];
  const ids = await open.sessionIds();
  return Array.from({ length: segment.rows }, (_, row) => {
    const ofRow = columns.flatMap(([name, codes]) => {
      if (codes[row] === 0) return [];
      const value = values.get(name)!.get(codes[row]!);
      expect(value, `code ${codes[row]} of ${name}`).toEqual(expect.any(String));
      return [[name, value!]];
    });
    const instant = (segment.starts.getTime() + time[row]!) * 1_000 + micros[row]!;
    return [instant, visitor[row]!, session[row] === 0 ? null : String(ids[session[row]! - 1]), ofRow.sort()] as const;
  });
}

const has = (ranges: readonly number[], interval: number) => ranges.findIndex((bound) => bound > interval) % 2 === 1;

async function eventsOfSegments(client: PoolClient, siteId: string, segments: StoredSegment[]): Promise<string[]> {
  const values = await readValues(client, siteId);
  const events: string[] = [];
  for (const [segment, owned] of ownedRanges(segments)) {
    for (const event of await decodeSegment(client, siteId, segment, values)) {
      const interval = Math.floor(event[0] / intervalMicros);
      expect(has(segment.covers, interval), 'an event lies in an interval that its segment covers').toBe(true);
      if (has(owned, interval)) events.push(JSON.stringify(event));
    }
  }
  return events.sort();
}

/** Only intervals that have ended and are not marked. Property names of more than 128 characters cannot be queried. */
const rawEvents = `select (extract(epoch from timestamp) * 1000000)::float8 as micros, coalesce(visitor_no, 0) as visitor,
    substring(sha256(convert_to(session_id, 'UTF8')) for 8) as session, event_type, path, profile_id, host,
    array(select array[key, value] from jsonb_each_text(properties) where value is not null and char_length(key) <= 128) as properties
  from events
  left join visitors on visitors.site_id = events.site_id and visitors.user_id = events.user_id
  cross join lateral (select case when referrer like 'https://www.Example.org/%' then 'example.org' when referrer like '%news.example:8080/'
    then 'news.example' when referrer like '%cdn.example%' then 'cdn.example' when referrer = 'ünlü.example' then 'ünlü.example'
    when referrer like 'android-app:%' then 'com.x' when referrer = 'nonsense' then 'nonsense' else 'direct' end as host) as hosts
  where events.site_id = $1 and timestamp < $2 and not exists (
    select 1 from rollup_marks where rollup_marks.site_id = events.site_id
      and timestamp >= interval_start and timestamp < interval_start + interval '15 minutes')`;

async function eventsOfTable(client: PoolClient, siteId: string, closedBefore: Date): Promise<string[]> {
  const { rows } = await client.query(rawEvents, [siteId, closedBefore]);
  return rows
    .map(({ micros, visitor, session, event_type, path, profile_id, host, properties }) => {
      const own = { event_type, path, profile_id, referrer: host };
      const values = [
        ...Object.entries(own).filter(([, value]) => value !== null),
        ...properties.map(([name, value]: [string, string]) => [`property:${name}`, value]),
      ];
      return JSON.stringify([micros, visitor, session && String(session.readBigUInt64LE()), values.sort()]);
    })
    .sort();
}

async function notMarked(client: PoolClient, siteId: string): Promise<(event: string) => boolean> {
  const { rows } = await client.query('select interval_start as start from rollup_marks where site_id = $1', [siteId]);
  const marked = new Set(rows.map(({ start }) => start.getTime() / 900_000));
  return (event) => !marked.has(Math.floor(JSON.parse(event)[0] / intervalMicros));
}

export const verifySegments = (url: string, siteId: string, from = '2026-09-01', to = '2026-11-10') =>
  runCommand(runVerify, ['--site', siteId, '--from', from, '--to', to], url);

/** Compares in one snapshot; intervals before `closedBefore` have ended. */
export async function expectExactSegments(pool: Pool, siteId: string, closedBefore: Date): Promise<StoredSegment[]> {
  return inTransaction(
    pool,
    async (client) => {
      const segments = await listSegments(client, siteId);
      const isCompared = await notMarked(client, siteId);
      const stored = (await eventsOfSegments(client, siteId, segments)).filter(isCompared);
      expect(stored).toEqual(await eventsOfTable(client, siteId, closedBefore));
      return segments;
    },
    'begin isolation level repeatable read read only',
  );
}

/** After a purge: no segment has replaced events, and no value of the users remains. */
export async function expectNothingOf(pool: Pool, siteId: string, users: string[]): Promise<void> {
  const owned = [...ownedRanges(await inTransaction(pool, (client) => listSegments(client, siteId)))];
  for (const [{ covers }, ranges] of owned) expect(countIntervals(ranges)).toBe(countIntervals(covers));
  const { rows } = await pool.query('select unnest(values) as value from segment_values where site_id = $1', [siteId]);
  const values = new Set(rows.map(({ value }) => value));
  for (const user of users) expect(values).not.toContain(`secret of ${user}`);
}
