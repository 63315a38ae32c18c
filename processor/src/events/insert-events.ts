/** Stores events, each once, and marks the 15-minute intervals they touch, in one statement. */
import { allColumns, contextColumns, mayHaveContext } from '@millrace/shared/contract/event-columns';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Accounts, accountSql, accountValues } from './account-jobs.js';
import { isPlainBatch } from './plain-batch.js';

/** What a statement stores. */
interface Variant {
  /** Without what events need that {@link isPlainBatch} does not let through: a tenth of the time. */
  isPlain: boolean;
  /** With the columns that only version 2 of the job has. */
  hasContext: boolean;
  /** With a note of the jobs that the events came in. */
  isAccounted?: boolean;
}

const namesOf = (hasContext: boolean) =>
  allColumns.filter(({ isContext }) => hasContext || !isContext).map(({ name }) => name);
const columnsOf = (hasContext: boolean) => namesOf(hasContext).join(', ');
const typedColumns = (hasContext: boolean) =>
  allColumns
    .filter(({ isContext }) => hasContext || !isContext)
    .map(({ name, type }) => `${name} ${type}`)
    .join(', ');

/**
 * Paths with a query, a fragment or an origin become pages by the rules of their site (docs/ingestion.md), read here so that
 * a change holds at once. All others are not looked at further. What is taken out of a path becomes a property, unless the
 * client has one of that name, or the column of that name is set.
 */
const ruled = `strpos(path, '?') > 0 or strpos(path, '#') > 0 or (path not like '/%' and strpos(path, '://') > 0)
    or (exists (select 1 from sites where path_rules is not null) and path like '%_/') as is_ruled`;

/**
 * An event that came with `sent_at` (it has a client_time) is stored by whichever of its deliveries is first in
 * clocked_events: the time of each is another one, so that the key of events would not tell that they are the same.
 */
const pagesAndClocks = (hasContext: boolean) => `split as materialized (
  select batch.*, rules, origin, strpos(local_part || '#', '#') as fragment_at,
    split_part(split_part(local_part, '#', 1), '?', 1) as page, local_part
  from batch
  left join (select site_id, path_rules from sites where path_rules is not null) as site using (site_id)
  cross join lateral (select
    '{"strip_query": true, "strip_origin": true, "strip_fragment": true}'::jsonb || coalesce(path_rules, '{}') as rules,
    coalesce(substring(path from '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]*'), '') as origin) as a
  cross join lateral (select substr(path, length(origin) + 1) as local_part) as b
  where is_ruled
), pages as (
  select site_id, timestamp, event_id, event_type,
    case when origin = '' and path not like '/%' then path else
      case when rules @> '{"strip_origin": true}' then '' else origin end
      || case
        when page = '' then '/'
        when rules @> '{"trailing_slash": "strip"}' then coalesce(nullif(rtrim(page, '/'), ''), '/')
        else page end
      || case when kept_query = '' then '' else '?' || kept_query end
      || case when rules @> '{"strip_fragment": true}' then '' else substr(local_part, fragment_at) end end as path,
    user_id, session_id, profile_id, referrer,
    case when origin = '' and path not like '/%' then properties else nullif(jsonb_strip_nulls(jsonb_build_object(
      'query', case when ${hasContext ? 'query is null and ' : ''}rules @> '{"strip_query": true}' then nullif(path_query, '') end,
      'hostname', case when ${hasContext ? 'hostname is null and ' : ''}rules @> '{"strip_origin": true}' then nullif(rtrim(lower(regexp_replace(
        regexp_replace(origin, '^[A-Za-z]+://([^/?#]*@)?', ''), ':[0-9]*$', '')), '.'), '') end))
      || coalesce(properties, '{}'), '{}') end as properties,
    ${hasContext ? `${contextColumns.join(', ')}, ` : ''}client_time
  from split
  cross join lateral (select substr(local_part, length(page) + 2, greatest(fragment_at - length(page) - 2, 0)) as path_query) as a
  cross join lateral (select case when rules @> '{"strip_query": true}' then coalesce((
    select string_agg(part, '&' order by wanted.place, sent.place)
    from string_to_table(path_query, '&') with ordinality as sent(part, place)
    join jsonb_array_elements_text(rules -> 'keep_params') with ordinality as wanted(name, place)
      on split_part(part, '=', 1) = name), '') else path_query end as kept_query offset 0) as b
), clocked as (
  insert into clocked_events (site_id, client_time, event_id, timestamp)
  select site_id, client_time, event_id, timestamp from batch where client_time is not null
  order by site_id, client_time, event_id
  on conflict do nothing
  returning site_id, client_time, event_id, timestamp
),`;

const everyEvent = (columns: string) => `(
    select ${columns}, client_time from batch where is_ruled is not true
    union all select * from pages) as event
  where client_time is null or (site_id, client_time, event_id, timestamp) in (select * from clocked)`;

/**
 * Rows are sorted by key, so that two processors that insert the same events wait for each other instead of deadlocking.
 * A mark is written only for rows that are new, in the same transaction as the rows. What was there already is only counted.
 */
function statementOf({ isPlain, hasContext, isAccounted = false }: Variant): string {
  const columns = columnsOf(hasContext);
  return `/* processor.insertEvents */
with batch as materialized (
  select *${isPlain ? '' : `, ${ruled}`}
  from json_to_recordset($1::json) as event(${typedColumns(hasContext)}${isPlain ? '' : ', client_time timestamptz'})
), new_sites as (
  insert into sites (site_id) select distinct site_id from batch order by site_id on conflict do nothing
), ${isPlain ? '' : pagesAndClocks(hasContext)}
stored as (
  insert into events (${columns})
  select ${columns} from ${isPlain ? 'batch' : everyEvent(columns)}
  order by site_id, timestamp, event_id
  on conflict do nothing
  returning site_id, timestamp
), marks as (
  insert into rollup_marks (site_id, interval_start)
  select distinct site_id, date_bin('15 minutes', timestamp, timestamptz '2000-01-01 00:00:00Z') from stored
), duplicates as (
  insert into event_duplicates (site_id, duplicates)
  select site_id, sum(sent)::int from (
    select site_id, 1 as sent from batch union all select site_id, -1 from stored) as difference
  where (select count(*) from batch) > (select count(*) from stored) group by site_id having sum(sent) > 0
)${isAccounted ? `, accounts as (\n  ${accountSql({ stored: '(select count(*) from stored)' }, 2)}\n)` : ''}
select count(*)::int as stored from stored`;
}

/** What almost every batch of servers is stored by; the bench measures it. */
export const plainStatement = statementOf({ isPlain: true, hasContext: false });
const nameOf = ({ isPlain, hasContext, isAccounted }: Variant) => `${isPlain} ${hasContext} ${isAccounted}`;
const statements = new Map<string, string>();
for (const isPlain of [true, false])
  for (const hasContext of [true, false])
    for (const isAccounted of [true, false]) {
      const variant = { isPlain, hasContext, isAccounted };
      statements.set(nameOf(variant), statementOf(variant));
    }

/**
 * Stores the events of a JSON array, with a note of the jobs that they came in; returns how many were new. Running it again stores none.
 */
export async function insertEvents(
  pool: Pool,
  events: string,
  hasContext = mayHaveContext(events),
  accounts?: Accounts,
): Promise<number> {
  const variant = { isPlain: isPlainBatch(events), hasContext, isAccounted: accounts !== undefined };
  const values = [events, ...(accounts ? accountValues(accounts) : [])];
  const { rows } = await pool.query<{ stored: number }>(statements.get(nameOf(variant))!, values);
  return rows[0]?.stored ?? 0;
}
