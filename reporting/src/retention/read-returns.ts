/** Counts returning visitors from raw events. The definition is the same as the engine's in `segments/count-retention.ts`. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import type { Filter } from '../query/resolved-query.js';
import { eventsWithVisits, filtersVisits, isVisitDimension } from '../query/visits-sql.js';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import { emptyTable, type Returns, type ReturnsParams } from './return-table.js';

/** Whether it depends on visits which events match. */
export const needsVisits = ({ filter, first, returning, breakdown }: ReturnsParams): boolean =>
  [filter, first, returning].some(filtersVisits) || (breakdown !== undefined && isVisitDimension(breakdown));

/** Events that may count, with the roles that each can have. */
function chosenSql(params: ReturnsParams, parameters: SqlParameters): string {
  const { bounds, filter, first, returning, breakdown } = params;
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const source = needsVisits(params) ? eventsWithVisits(range, parameters) : 'events';
  const fits = (condition: Filter | undefined) => (condition ? filterSql(condition, rawColumn, parameters) : 'true');
  const value = breakdown ? rawColumn(breakdown, parameters).sql : 'null';
  const [from, to] = [range.from, range.to].map((instant) => parameters.add(instant.toISOString(), 'timestamptz'));
  return `select user_id collate "C" as user_id, timestamp, event_id, ${fits(first)} as is_first,
    ${fits(returning)} as is_returning, (${value})::text collate "C" as value
  from ${source} where site_id = ${parameters.site()} and timestamp >= ${from} and timestamp < ${to}
    and user_id is not null and ${fits(filter)}`;
}

function statement(params: ReturnsParams): { text: string; values: unknown[] } {
  const parameters = createSqlParameters(params.siteId);
  const chosen = chosenSql(params, parameters);
  const periods = parameters.add(
    params.bounds.map((bound) => bound.toISOString()),
    'timestamptz[]',
  );
  const limit = parameters.add(params.breakdown ? params.breakdownLimit : 0, 'bigint');
  const cells = (place: string, join: string) => `
  select ${place} as place, cohort, -1 as period, count(*) as visitors from firsts ${join} group by 1, 2
  union all
  select ${place}, cohort, period, count(*) from firsts join returned using (user_id) ${join} group by 1, 2, 3`;
  const text = `/* reporting.readReturns */
with chosen as materialized (${chosen}), firsts as (
  select distinct on (user_id) user_id, timestamp as first_at, width_bucket(timestamp, ${periods}) - 1 as cohort, value
  from chosen where is_first order by user_id, timestamp, event_id
), returned as (
  select distinct user_id, width_bucket(timestamp, ${periods}) - 1 as period
  from chosen join firsts using (user_id) where is_returning and timestamp > first_at
), sized as (
  select value, count(*) as visitors from firsts group by value
), tops as (
  select value, row_number() over (order by visitors desc, value nulls last) as place
  from sized order by place limit ${limit}
), cells as (${cells('0', '')} union all ${cells('tops.place', 'join tops on tops.value is not distinct from firsts.value')})
select cells.place::int as place, cohort, period, cells.visitors::int as visitors, tops.value
from cells left join tops on tops.place = cells.place`;
  return { text, values: parameters.values };
}

interface Row {
  place: number;
  cohort: number;
  period: number;
  visitors: number;
  value: string | null;
}

/** `client` must be in a transaction with one snapshot. */
export async function readReturns(client: PoolClient, params: ReturnsParams): Promise<Returns> {
  const periods = params.bounds.length - 1;
  const { text, values } = statement(params);
  const { rows } = await client.query<Row>(text, values);
  const total = emptyTable(periods);
  const byValue: Returns['byValue'] = [];
  for (const { place, cohort, period, visitors, value } of rows) {
    if (place > 0) byValue[place - 1] ??= { value, table: emptyTable(periods) };
    const table = place === 0 ? total : byValue[place - 1]!.table;
    if (period === -1) table.sizes[cohort] = visitors;
    else table.returned[cohort * periods + period] = visitors;
  }
  return { total, byValue };
}
