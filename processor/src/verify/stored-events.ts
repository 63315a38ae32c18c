/** Reads events from the segments of a site, to compare them with raw events. */
import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { Numbers } from '@millrace/shared/segments/number-block';
import { packSize } from '@millrace/shared/segments/segment-columns';
import { openSegment, type StoredSegment } from '../segments/stored-segments.js';

/** Column → value; absent values are left out. */
export type EventValues = Map<string, string>;

export interface ComparedEvent {
  visitor: number;
  /** Microseconds since 1970. */
  micros: number;
  /** Hexadecimal; null for none. */
  session: string | null;
  values: EventValues;
}

/** The events of one interval in one segment. */
export interface StoredInterval {
  rows: number[];
  eventAt(row: number): ComparedEvent;
  /** Columns that the segment omits. */
  isLeftOut(column: string): boolean;
}

/** Column → value of each code. */
export type Dictionaries = ReadonlyMap<string, ReadonlyMap<number, string>>;

const readValues = `/* processor.readDictionaries */
select "column", pack * ${packSize} + nth::int as code, value
from segment_values, unnest(values) with ordinality as packed(value, nth) where site_id = $1 and value is not null`;

export async function readDictionaries(client: PoolClient, siteId: string): Promise<Dictionaries> {
  const { rows } = await client.query<{ column: string; code: number; value: string }>(readValues, [siteId]);
  const dictionaries = new Map<string, Map<number, string>>();
  for (const { column, code, value } of rows) {
    const ofColumn = dictionaries.get(column) ?? new Map<number, string>();
    dictionaries.set(column, ofColumn.set(code, value));
  }
  return dictionaries;
}

const hexOf = (id: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(id);
  return bytes.toString('hex');
};

/** Blocks of every segment that are not columns. */
const ownBlocks = ['time', 'micros', 'visitor', 'session', 'session_ids'];

/** Interval number → its events in the segment. */
export async function readStored(
  client: PoolClient,
  siteId: string,
  segment: StoredSegment,
  dictionaries: Dictionaries,
): Promise<Map<number, StoredInterval>> {
  const open = await openSegment(client, siteId, segment);
  const { blocks, leftOut, leavesOutMore } = open.directory;
  const names = Object.keys(blocks).filter((name) => !ownBlocks.includes(name));
  const columns: [string, Numbers][] = [];
  for (const name of names) columns.push([name, await open.numbers(name)]);
  const time = await open.numbers('time');
  const [micros, visitor, session] = [
    await open.numbers('micros'),
    await open.numbers('visitor'),
    await open.numbers('session'),
  ];
  const ids = await open.sessionIds();
  const startMs = segment.starts.getTime();
  const isLeftOut = (column: string) =>
    leftOut.includes(column) || (leavesOutMore && column.startsWith('property:') && !(column in blocks));
  const eventAt = (row: number): ComparedEvent => ({
    visitor: visitor[row]!,
    micros: (startMs + time[row]!) * 1_000 + micros[row]!,
    session: session[row] === 0 ? null : hexOf(ids[session[row]! - 1]!),
    values: new Map(
      columns.flatMap(([name, codes]) =>
        codes[row] === 0 ? [] : [[name, dictionaries.get(name)?.get(codes[row]!) ?? `(code ${codes[row]})`] as const],
      ),
    ),
  });
  const intervals = new Map<number, StoredInterval>();
  for (let row = 0; row < segment.rows; row += 1) {
    const interval = Math.floor((startMs + time[row]!) / intervalMs);
    const found = intervals.get(interval) ?? { rows: [], eventAt, isLeftOut };
    found.rows.push(row);
    intervals.set(interval, found);
  }
  return intervals;
}
