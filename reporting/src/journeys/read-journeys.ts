/** Counts journeys from raw events. The definition is the same as the engine's in `segments/count-journeys.ts`. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { filterSql } from '../query/filter-sql.js';
import { bytesSql, checkBytes, maxAnswerBytes } from '../query/page-rows.js';
import { rawColumn } from '../query/raw-columns.js';
import { eventsWithVisits } from '../query/visits-sql.js';
import { createSqlParameters } from '../reading/sql-parameters.js';
import { type Journeys, type JourneysParams, stepFilter } from './journey.js';

interface Found {
  visits: number;
  visitors: number;
  bytes: number;
  /** Null if the rows have too many bytes. */
  rows: [visits: number, visitors: number, ...steps: (string | null)[]][] | null;
}

/** Steps are numbered from the marked event, backwards if journeys lead to it. */
function statement(params: JourneysParams): { text: string; values: unknown[] } {
  const { siteId, range, mark, steps, dimension, limit } = params;
  const parameters = createSqlParameters(siteId);
  const direction = mark?.at === 'end' ? 'desc' : 'asc';
  const inVisit = `partition by user_id, visit_no order by timestamp ${direction}, event_id ${direction}`;
  const places = Array.from({ length: steps }, (_, at) => at + 1);
  const names = places.map((place) => `s${place}`);
  const shown = mark?.at === 'end' ? [...names].reverse() : names;
  const filter = stepFilter(params);
  const source = eventsWithVisits(range, parameters);
  const isMarked = mark ? filterSql(mark.filter, rawColumn, parameters) : 'true';
  const matches = filter ? filterSql(filter, rawColumn, parameters) : 'true';
  const [from, to] = [range.from, range.to].map((instant) => parameters.add(instant.toISOString(), 'timestamptz'));
  const text = `/* reporting.readJourneys */
with chosen as (
  select user_id, visit_no, timestamp, event_id, ${rawColumn(dimension, parameters).sql} collate "C" as step, ${isMarked} as is_marked
  from ${source} where site_id = ${parameters.site()} and timestamp >= ${from} and timestamp < ${to} and visit_no is not null and ${matches}
), begun as (
  select *, count(*) filter (where is_marked) over (${inVisit}) > 0 as has_begun from chosen
), changes as (
  select *, step is distinct from lag(step) over (${inVisit}) as is_new from begun where has_begun
), numbered as (
  select *, row_number() over (${inVisit}) as place from changes where is_new
), ways as (
  select user_id, ${places.map((place) => `max(step) filter (where place = ${place}) as s${place}`).join(', ')}
  from numbered where place <= ${steps} group by user_id, visit_no
), page as materialized (
  select count(*)::int as visits, count(distinct user_id)::int as visitors, ${names.join(', ')} from ways group by ${names.join(', ')}
  order by visits desc, ${shown.map((name) => `${name} nulls last`).join(', ')} limit ${parameters.add(limit, 'bigint')}
)
select (select count(*) from ways)::int as visits, (select count(distinct user_id) from ways)::int as visitors, bytes,
  case when bytes <= ${maxAnswerBytes} then coalesce((select json_agg(json_build_array(visits, visitors, ${shown.join(', ')})
    order by visits desc, ${shown.map((name) => `${name} nulls last`).join(', ')}) from page), '[]') end as rows
from (select ${bytesSql('page', names)} as bytes offset 0) measured`;
  return { text, values: parameters.values };
}

/** `client` must be in a transaction with one snapshot. @throws ServiceError `invalid_request` for more than {@link maxAnswerBytes}. */
export async function readJourneys(client: PoolClient, params: JourneysParams): Promise<Journeys> {
  const { text, values } = statement(params);
  const { visits, visitors, bytes, rows } = (await client.query<Found>(text, values)).rows[0]!;
  checkBytes(bytes, maxAnswerBytes);
  const journeys = rows!.map(([ofWay, people, ...steps]) => ({ steps, visits: ofWay, visitors: people }));
  return { journeys, total: { visits, visitors } };
}
