/** Compares one rollup table with raw events. */
import { allTypes, intervalStartSql } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { readCursor } from '../read-cursor.js';
import { type GroupPair, groupDifference } from './compare-group.js';

/** A table and a range of at most a day to compare. */
export interface Comparison {
  table: keyof typeof tables;
  siteId: string;
  from: Date;
  to: Date;
  /** For rollup_15m the starts of intervals to skip, for rollup_days the day. */
  buckets: Date[] | string;
}

/** $4 is {@link Comparison.buckets}. */
const tables = {
  rollup_15m: {
    bucketOfEvent: intervalStartSql,
    column: 'interval_start',
    rows: 'interval_start >= $2 and interval_start < $3',
    label: `to_char(bucket at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')`,
    filter: 'where not (bucket = any($4::timestamptz[]))',
  },
  rollup_days: {
    bucketOfEvent: '$4::date',
    column: 'day',
    rows: 'day = $4::date and $2 < $3',
    label: 'bucket::text',
    filter: '',
  },
};

/** Rollups exclude bots, but have a row for all types of every interval with events. */
const ofPeople = 'filter (where bot is null)';

/** Deliberately shares no code with the rolls and counts distinct users plainly, so it does not repeat their mistakes. */
function groupsOfEvents(bucket: string, eventType: string): string {
  return `select ${bucket} as bucket, ${eventType} collate "C" as event_type,
    (count(*) ${ofPeople})::int as events, (count(distinct events.user_id) ${ofPeople})::int as visitors,
    string_agg(int4send(visitor_no), '') ${ofPeople} as numbers
  from events
  left join visitors on visitors.site_id = events.site_id and visitors.user_id = events.user_id collate "C"
  where events.site_id = $1 and timestamp >= $2 and timestamp < $3
  group by 1, 2 ${eventType === 'event_type' ? `having count(*) ${ofPeople} > 0` : ''}`;
}

function compareStatement({ table }: Comparison): string {
  const { bucketOfEvent, column, rows, label, filter } = tables[table];
  const groups = [groupsOfEvents(bucketOfEvent, 'event_type'), groupsOfEvents(bucketOfEvent, `'${allTypes}'`)];
  return `/* processor.compareGroups */
with raw as (${groups.join('\n  union all\n  ')}), stored as (
  select ${column} as bucket, event_type, events, visitor_count as visitors, visitors as bitmap,
    row_number() over (partition by ${column}, event_type)::int as copy
  from ${table} where site_id = $1 and dimension = 'all' and ${rows}
), pairs as (
  select bucket, event_type, raw.events as "rawEvents", raw.visitors as "rawVisitors", numbers,
    stored.events, stored.visitors, bitmap, copy
  from raw full join stored using (bucket, event_type) ${filter}
)
select ${label} as bucket, event_type as "eventType", "rawEvents", "rawVisitors", numbers, events, visitors, bitmap, copy
from pairs order by pairs.bucket, 2, copy`;
}

type Row = GroupPair & { bucket: string; eventType: string };

const rowsAtOnce = 2_000;

/** Reports each difference as a line; returns how many buckets were compared. */
export async function compareGroups(
  client: PoolClient,
  comparison: Comparison,
  report: (line: string) => void,
): Promise<number> {
  const { table, siteId, from, to, buckets } = comparison;
  const seen = new Set<string>();
  const values = [siteId, from, to, buckets];
  for await (const row of readCursor<Row>(client, compareStatement(comparison), values, rowsAtOnce)) {
    const { bucket, eventType, ...pair } = row;
    seen.add(bucket);
    const difference = groupDifference(pair);
    if (difference !== undefined) report(`${table} ${bucket} ${JSON.stringify(eventType)}: ${difference}`);
  }
  return seen.size;
}
