/** How much a plan reads, known before it runs: the one measure by which reads of every route are admitted. */
import type { PoolClient } from '@millrace/shared/postgres';
import type { Cover } from './cover-range.js';
import { filterSql } from './filter-sql.js';
import { narrowFilter } from './narrow-filter.js';
import { rawColumn } from './raw-columns.js';
import type { Filter, TimeRange } from './resolved-query.js';
import { rollupColumn } from './rollup-columns.js';
import { instant, type RollupReading, rolledSelects } from './rollup-sources.js';
import { createSqlParameters, type SqlParameters } from './sql-parameters.js';

export interface ReadingCost {
  /** True when rollups have nothing to say. */
  isRaw: boolean;
  /** Raw events to be read; counted up to {@link mostEvents}. */
  events: number;
  /** Rows of rollups to be read; counted up to {@link mostRows}. */
  rows: number;
}

/** Told the cost of each part of a request before it is read; throws what keeps it from being read now. */
export type Admit = (cost: ReadingCost) => void;

/** Nothing needs counting beyond what makes any plan heavy. */
const mostEvents = 150_000;
const mostRows = 450_000;

const countOf = (select: string | undefined, most: number) =>
  select === undefined ? '0' : `(select count(*) from (${select} limit ${most}) counted)::int`;

/** In one round trip, along the indexes that the reading itself goes along. */
async function count(
  client: PoolClient,
  parameters: SqlParameters,
  events: string | undefined,
  rows: string | undefined,
): Promise<Omit<ReadingCost, 'isRaw'>> {
  if (events === undefined && rows === undefined) return { events: 0, rows: 0 };
  const text = `/* reporting.readingCost */
select ${countOf(events, mostEvents)} as events, ${countOf(rows, mostRows)} as rows`;
  const found = await client.query<Omit<ReadingCost, 'isRaw'>>(text, parameters.values);
  return found.rows[0]!;
}

/** Events of segments, without those that an index leaves out. `isRead` is a condition that an index answers by itself. */
function eventsSql(
  raw: Cover['raw'],
  filter: Filter | undefined,
  parameters: SqlParameters,
  isRead?: string,
): string | undefined {
  if (raw.length === 0) return undefined;
  const narrow = narrowFilter(filter, (dimension) => rawColumn(dimension, parameters));
  const condition = `${isRead ? `and ${isRead}` : ''} ${narrow ? `and ${filterSql(narrow, rawColumn, parameters)}` : ''}`;
  const [from, to] = (['from', 'to'] as const).map((end) =>
    parameters.add(
      raw.map((segment) => instant(segment[end])),
      'timestamptz[]',
    ),
  );
  return `select 1 from unnest(${from}, ${to}) as range("from", "to") cross join lateral (
    select 1 from events where site_id = ${parameters.site()} and timestamp >= range."from" and timestamp < range."to" ${condition} offset 0
  ) found`;
}

/** Rows of rollups, without those that an index leaves out. */
function rowsSql({ filter, offsets: _offsets, ...reading }: RollupReading, parameters: SqlParameters) {
  const narrow = narrowFilter(filter, rollupColumn);
  const timeless = { ...reading, plan: { ...reading.plan, byTime: false }, ...(narrow && { filter: narrow }) };
  const selects = rolledSelects(timeless, parameters, '1 as one');
  return selects.length === 0 ? undefined : selects.join(' union all ');
}

/** What is read of raw events: all of a range, or those of `types`, for which there is an index. */
export interface RawReading {
  siteId: string;
  range: TimeRange;
  filter?: Filter | undefined;
  types?: IndexedType[] | undefined;
}

/** Types of index events_typed, as far as somebody reads these alone. */
export type IndexedType = 'payment' | 'refund' | 'cost';

export const isOfTypes = (types: IndexedType[]): string =>
  `event_type in (${types.map((type) => `'${type}'`).join(', ')})`;

/** Of a plan that reads raw events of a whole range. */
export async function rawCost(client: PoolClient, { siteId, range, filter, types }: RawReading): Promise<ReadingCost> {
  const parameters = createSqlParameters(siteId);
  const segment = { bucket: 0, from: range.from.getTime(), to: range.to.getTime() };
  const events = eventsSql([segment], filter, parameters, types && isOfTypes(types));
  return { isRaw: true, ...(await count(client, parameters, events, undefined)) };
}

/** Of a plan that reads rollups, and the raw rest. */
export async function rollupCost(client: PoolClient, reading: RollupReading): Promise<ReadingCost> {
  const parameters = createSqlParameters(reading.siteId);
  const events = eventsSql(reading.cover.raw, reading.filter, parameters);
  const rows = rowsSql(reading, parameters);
  return { isRaw: false, ...(await count(client, parameters, events, rows)) };
}
