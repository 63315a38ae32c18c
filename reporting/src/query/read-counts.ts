/** Turns a reading by value into the groups that a page needs, chosen by counts alone, without a single bitmap. */
import type { PoolClient } from '@millrace/shared/postgres';
import { bytesSql, checkBytes, mostBytes, mostGroupBytes } from './answer-bytes.js';
import { countColumns, countNames, type Group, type GroupRow, groupBy, textColumns, toGroup } from './read-groups.js';
import type { Order, ResolvedQuery } from './resolved-query.js';
import { isNullable } from './rollup-columns.js';
import { keyColumns, type RollupReading, rawSelect, rolledSelects } from './rollup-sources.js';
import { createSqlParameters, type SqlParameters } from './sql-parameters.js';

export interface CountedGroups<G> {
  groups: G[];
  /** All groups there are. */
  total: number;
}

/** A group with what is known of its visitors before a bitmap is read. */
export interface Candidate extends Group {
  /** As many as its rows together; `visitors` is as many as its largest row: the true number lies between. */
  upper: number;
}

type CountRow = GroupRow & { lower: number; upper: number; total: number; bytes: number };

/** The page itself, for an order by counts and dimensions. */
export async function readCountPage(
  client: PoolClient,
  reading: RollupReading,
  { dimensions, orderBy, limit, offset }: ResolvedQuery,
): Promise<CountedGroups<Group>> {
  const parameters = createSqlParameters(reading.siteId);
  const order = orderSql(reading, dimensions, orderBy);
  const groups = groupsSql(reading, parameters, false);
  const end = `limit ${parameters.add(limit, 'bigint')} offset ${parameters.add(offset, 'bigint')}`;
  const text = `/* reporting.readCountPage */
with groups as materialized (${groups}), page as (select * from groups order by ${order} ${end})
${countedSql(reading, mostBytes)}
order by ${order}`;
  const { rows } = await client.query<CountRow>(text, parameters.values);
  return toCounted(reading, rows, mostBytes);
}

/** Groups that may have one of the `wanted` largest numbers of visitors, up to `slack` apart; the largest upper bounds first. */
export async function readCandidates(
  client: PoolClient,
  reading: RollupReading,
  wanted: number,
  slack: number,
): Promise<CountedGroups<Candidate>> {
  const parameters = createSqlParameters(reading.siteId);
  const groups = groupsSql(reading, parameters, true);
  const last = parameters.add(wanted - 1, 'bigint');
  const text = `/* reporting.readCandidates */
with groups as materialized (${groups}), page as (
  select * from groups
  where upper >= coalesce((select lower from groups order by lower desc offset ${last} limit 1), 0) - ${parameters.add(slack, 'bigint')}
)
${countedSql(reading, mostGroupBytes)}
order by upper desc`;
  const { rows } = await client.query<CountRow>(text, parameters.values);
  return toCounted(reading, rows, mostGroupBytes);
}

/** CTE `page` with the number of all groups; without its rows when they have more than `most` bytes. */
const countedSql = (reading: RollupReading, most: number): string =>
  `select page.*, counted.* from (
  select count(*)::float8 as total, ${bytesSql('page', textColumns(reading))} as bytes from groups
) counted left join page on counted.bytes <= ${most}`;

/** The only row of an empty page has nothing but the total. @throws ServiceError `invalid_request` for more than `most` bytes. */
function toCounted(reading: RollupReading, rows: CountRow[], most: number): CountedGroups<Candidate> {
  checkBytes(rows[0]?.bytes ?? 0, most);
  const found = rows[0]?.value === null ? [] : rows;
  return {
    groups: found.map((row) => ({ ...toGroup(reading, row, row.lower), upper: row.upper })),
    total: rows[0]?.total ?? 0,
  };
}

/** One aggregation over rows of all three kinds, so that several processes can share it. */
function groupsSql(reading: RollupReading, parameters: SqlParameters, withBounds: boolean): string {
  const keys = keyColumns(reading);
  const names = countNames(reading);
  const columns = 'r.event_type, r.value, r.events, r.visitor_count';
  const raw = rawSelect(reading, parameters, withBounds ? ['event_type', 'value', 'user_id'] : ['event_type', 'value']);
  const seen = withBounds ? '(user_id is not null)::int' : '0';
  const selects = rolledSelects(reading, parameters, columns);
  if (raw) selects.push(`select bucket, event_type, value, 1 as events, ${seen} as visitor_count from (${raw}) e`);
  const bounds = withBounds ? ', max(visitor_count)::float8 as lower, sum(visitor_count)::float8 as upper' : '';
  return `select ${[...keys, ...names.map((name) => `coalesce(${name}, 0)::float8 as ${name}`)].join(', ')}${withBounds ? ', lower, upper' : ''}
  from (select ${[...keys, ...countColumns(reading, parameters)].join(', ')}${bounds}
    from (${selects.join(' union all ')}) part ${groupBy(keys)}) counted`;
}

/** As the engine of raw events orders: what is asked for, then the dimensions, nulls last. */
function orderSql(reading: RollupReading, dimensions: ResolvedQuery['dimensions'], orderBy: Order[]): string {
  const value = isNullable(reading.plan) ? `nullif(value, '')` : 'value';
  const column = (key: Order['key']): string => {
    if (key === 'events' || key === 'views') return key;
    if (key.startsWith('event:')) return `c${reading.plan.types.indexOf(key.slice('event:'.length))}`;
    if (key.startsWith('time:')) return 'bucket';
    return key === 'event_type' ? key : value;
  };
  const asked = orderBy.map(
    ({ key, direction }) => `${column(key)} ${direction === 'desc' ? 'desc' : 'asc'} nulls last`,
  );
  return [...asked, ...dimensions.map((key) => `${column(key)} asc nulls last`)].join(', ');
}
