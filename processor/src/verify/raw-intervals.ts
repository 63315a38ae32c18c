/** Reads raw events interval by interval, in the order of segments. */
import { intervalMs, intervalStartSql } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { propertyColumn, segmentColumns, segmentLimits } from '@millrace/shared/segments/segment-columns';
import { readCursor } from '../read-cursor.js';
import type { ComparedEvent } from './stored-events.js';

/**
 * Deliberately shares no code with the writing of segments: here Postgres splits the properties and sorts the rows. Only the list
 * of columns is shared.
 */
const statement = `/* processor.rawIntervals */
select coalesce(visitor_no, 0) as visitor, (extract(epoch from timestamp) * 1000000)::float8 as micros,
  encode(substring(sha256(convert_to(session_id, 'UTF8')) for 8), 'hex') as session,
  json_build_array(${segmentColumns.map(({ sql }) => sql).join(', ')}) as columns,
  (select json_agg(json_build_array(key, value)) from jsonb_each_text(properties)
   where value is not null and length(key) <= ${segmentLimits.propertyName}) as properties
from events left join visitors on visitors.site_id = $1 and visitors.user_id = events.user_id collate "C"
where events.site_id = $1 and timestamp >= $2 and timestamp < $3
order by ${intervalStartSql}, 1, timestamp, event_id`;

interface Row {
  visitor: number;
  micros: number;
  session: string | null;
  columns: (string | null)[];
  properties: [name: string, value: string][] | null;
}

function toEvent({ visitor, micros, session, columns, properties }: Row): ComparedEvent {
  const own = columns.flatMap((value, at) => (value === null ? [] : [[segmentColumns[at]!.name, value] as const]));
  const others = (properties ?? []).map(([name, value]) => [propertyColumn(name), value] as const);
  return { visitor, micros, session, values: new Map<string, string>([...own, ...others]) };
}

const rowsAtOnce = 2_000;

export interface RawRange {
  siteId: string;
  from: Date;
  to: Date;
  /** Which intervals to keep: some have too many events for memory. */
  isIncluded: (interval: number) => boolean;
}

/** Yields the number of each wanted interval that has events, with its events. */
export async function* rawIntervals(
  client: PoolClient,
  { siteId, from, to, isIncluded }: RawRange,
): AsyncGenerator<[interval: number, events: ComparedEvent[]]> {
  let events: ComparedEvent[] = [];
  let interval = -1;
  for await (const row of readCursor<Row>(client, statement, [siteId, from, to], rowsAtOnce)) {
    const next = Math.floor(row.micros / 1_000 / intervalMs);
    if (next !== interval && events.length > 0) {
      yield [interval, events];
      events = [];
    }
    interval = next;
    if (isIncluded(next)) events.push(toEvent(row));
  }
  if (events.length > 0) yield [interval, events];
}
