/** Estimates how much a plan will read, which decides whether reads of any route are admitted. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import { coveredTables, instant, type RollupReading, rollupTypeColumn } from './covered-tables.js';
import { filterSql, indexedFilter } from './filter-sql.js';
import { rawColumn } from './raw-columns.js';
import type { Filter, TimeRange } from './resolved-query.js';

export interface ReadingCost {
  /** True when nothing is read from rollups. */
  isRaw: boolean;
  /** Raw events to read, counted up to {@link maxCountedEvents}. */
  events: number;
  /** Rollup rows to read, counted up to {@link maxCountedRows}. */
  rows: number;
}

/** Called with the cost of each part of a request before it is read; throws if the read has to wait. */
export type Admit = (cost: ReadingCost) => void;

/** Beyond these limits every plan is heavy, so counting stops. */
const maxCountedEvents = 150_000;
const maxCountedRows = 450_000;

/** The raw events of ranges that an index does not exclude. `isRead` is a further condition with an index of its own. */
function eventsSql(
  ranges: { from: number; to: number }[],
  filter: Filter | undefined,
  parameters: SqlParameters,
  isRead?: string,
): string {
  const narrow = indexedFilter(filter, (dimension) => rawColumn(dimension, parameters));
  const condition = `${isRead ? `and ${isRead}` : ''} ${narrow ? `and ${filterSql(narrow, rawColumn, parameters)}` : ''}`;
  const [from, to] = (['from', 'to'] as const).map((end) =>
    parameters.add(
      ranges.map((range) => instant(range[end])),
      'timestamptz[]',
    ),
  );
  return `select 1 from unnest(${from}, ${to}) as range("from", "to") cross join lateral (
    select 1 from events where site_id = ${parameters.site()} and timestamp >= range."from" and timestamp < range."to" ${condition} offset 0
  ) found limit ${maxCountedEvents}`;
}

/** The raw events to read: all of a range, or only those of `types`, for which there is an index. */
export interface RawReading {
  siteId: string;
  range: TimeRange;
  filter?: Filter | undefined;
  types?: IndexedType[] | undefined;
}

/** The types in index events_typed that are read on their own. */
export type IndexedType = 'payment' | 'refund' | 'cost';

export const isOfTypes = (types: IndexedType[]): string =>
  `event_type in (${types.map((type) => `'${type}'`).join(', ')})`;

/** The cost of a plan that reads the raw events of a whole range. */
export async function rawCost(client: PoolClient, { siteId, range, filter, types }: RawReading): Promise<ReadingCost> {
  const parameters = createSqlParameters(siteId);
  const whole = { from: range.from.getTime(), to: range.to.getTime() };
  const text = `/* reporting.rawCost */
select count(*)::int as events from (${eventsSql([whole], filter, parameters, types && isOfTypes(types))}) counted`;
  const { rows } = await client.query<{ events: number }>(text, parameters.values);
  return { isRaw: true, events: rows[0]!.events, rows: 0 };
}

/** The cost of a plan that reads rollups and the remaining raw events. */
export async function rollupCost(client: PoolClient, { filter, ...reading }: RollupReading): Promise<ReadingCost> {
  const parameters = createSqlParameters(reading.siteId);
  const narrow = indexedFilter(filter, () => rollupTypeColumn);
  const text = `/* reporting.rollupCost */
with ${coveredTables({ ...reading, ...(narrow && { filter: narrow }) }, parameters)}
select (select count(*) from (${eventsSql(reading.cover.raw, filter, parameters)}) counted)::int as events,
  (select count(*) from (select 1 from rolled limit ${maxCountedRows}) counted)::int as rows`;
  const found = await client.query<{ events: number; rows: number }>(text, parameters.values);
  return { isRaw: false, ...found.rows[0]! };
}
