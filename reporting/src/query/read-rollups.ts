/** Reads the rollup rows and raw events of a cover, and counts them by group. */
import { encodeBitmap, numbersOf, splitFrames, unionSize } from '@millrace/shared/bitmap/bitmap';
import { allTypes } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createSqlParameters } from '../reading/sql-parameters.js';
import { coveredTables, type RollupReading } from './covered-tables.js';
import { bytesSql, checkBytes, maxGroupBytes } from './page-rows.js';

export interface Group {
  /** 0 when time is not a dimension. */
  bucket: number;
  /** Null when the event type is not a dimension. */
  type: string | null;
  events: number;
  /** One count for each type in the plan. */
  typeCounts: number[];
  visitors: number;
}

/** What the statement returns about the visitors of a group. */
interface VisitorColumns {
  /** Length-prefixed bitmaps of the rollup rows; null when `most` is already the count. */
  frames: Buffer | null;
  /** The largest visitor count of a rollup row; null when there are no rows. */
  most: number | null;
  /** Visitor numbers of the users of raw events. */
  numbers: Buffer | null;
  /** Users of raw events without a visitor number, who are in no bitmap. */
  unnumbered: number;
}

/** Columns c0, c1, ... are the counts per type. */
type GroupRow = VisitorColumns & {
  bucket?: number;
  event_type?: string;
  events: number | null;
  bytes: number;
} & Record<`c${number}`, number>;

/** @throws ServiceError `invalid_request` for more bytes than {@link maxGroupBytes}. */
export async function readRollups(client: PoolClient, reading: RollupReading): Promise<Group[]> {
  const { text, values } = groupsStatement(reading);
  const { rows } = await client.query<GroupRow>(text, values);
  checkBytes(rows[0]?.bytes ?? 0, maxGroupBytes);
  const { types, withVisitors } = reading.plan;
  // Without groups there is a single row that contains only the byte count.
  const found = rows.filter((row): row is GroupRow & { events: number } => row.events !== null);
  return found.map((row) => ({
    bucket: row.bucket ?? 0,
    type: row.event_type ?? null,
    events: row.events,
    typeCounts: types.map((_type, index) => row[`c${index}`]!),
    visitors: withVisitors ? countVisitors(row) : 0,
  }));
}

function countVisitors({ frames, most, numbers, unnumbered }: VisitorColumns): number {
  if (!frames && !numbers) return (most ?? 0) + unnumbered;
  const bitmaps = frames ? splitFrames(frames) : [];
  if (numbers) bitmaps.push(encodeBitmap(numbersOf(numbers)).bitmap);
  return unionSize(bitmaps) + unnumbered;
}

/** Concatenates the bitmaps of rollup rows, each prefixed with its length. */
export const framesOf = `string_agg(int4send(length(visitors)) || visitors, '')`;

/**
 * Raw events are counted per user first, which Postgres can hash and which yields each user once. A group with a single rollup
 * row needs no bitmap.
 */
function groupsStatement(reading: RollupReading): { text: string; values: unknown[] } {
  const { byTime, byType, types, withVisitors, ...plan } = reading.plan;
  const parameters = createSqlParameters(reading.siteId);
  const keys = [...(byTime ? ['bucket'] : []), ...(byType ? ['event_type'] : [])];
  const list = (columns: string[]) => columns.map((column) => `${column}, `).join('');
  const by = (columns: string[]) => (columns.length > 0 ? `group by ${columns.join(', ')}` : '');
  const typeFilters = types.map((type) => `filter (where event_type = ${parameters.add(type, 'text')})`);
  const counts = types.map((_type, index) => `c${index}`);
  const whole = plan.allTypes ? `filter (where event_type = '${allTypes}')` : '';
  const text = `/* reporting.readRollups */
with ${coveredTables(reading, parameters)}, part as (
  select ${list(keys)}${list(counts.map((name, index) => `sum(events) ${typeFilters[index]} as ${name}`))}
    sum(events) ${whole} as events, count(*) ${whole} as visitor_rows, max(visitor_count) ${whole} as most,
    ${withVisitors ? `${framesOf} ${whole}` : 'null::bytea'} as frames, null::bytea as numbers, 0::bigint as unnumbered
  from rolled ${by(keys)}
  union all
  select ${list(keys)}${list(counts.map((name) => `sum(${name})`))}
    sum(events), 0, null, null, string_agg(int4send(visitors.visitor_no), ''), count(per_user.user_id) - count(visitors.visitor_no)
  from (
    select ${list(keys)}${list(counts.map((name, index) => `count(*) ${typeFilters[index]} as ${name}`))}
      ${withVisitors ? 'user_id' : 'null::text as user_id'}, count(*) as events
    from raw ${by(withVisitors ? [...keys, 'user_id'] : keys)}
  ) per_user left join visitors on visitors.site_id = ${parameters.site()} and visitors.user_id = per_user.user_id
  ${by(keys)}
), groups as ${byType ? 'materialized ' : ''}(
  select ${list([...keys, ...[...counts, 'events'].map((name) => `coalesce(sum(${name}), 0)::float8 as ${name}`)])}
    case when sum(visitor_rows) > 1 or count(numbers) > 0 then string_agg(frames, '') end as frames,
    max(most)::float8 as most, string_agg(numbers, '') as numbers, sum(unnumbered)::float8 as unnumbered
  from part ${by(keys)}
)
select groups.*, bytes from (select ${byType ? bytesSql('groups', ['event_type']) : '0'} as bytes offset 0) measured
left join groups on bytes <= ${maxGroupBytes}`;
  return { text, values: parameters.values };
}
