/** Stores each event once and marks the 15-minute intervals it touches, in one statement. */

import { allColumns, contextColumns, mayHaveContext } from '@millrace/shared/contract/event-columns';
import { intervalStartSql } from '@millrace/shared/contract/rollups';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Accounts, accountSql, accountValues } from './account-jobs.js';
import { isPlainBatch } from './plain-batch.js';

/** A variant of the insert statement. */
interface Variant {
  /** Skips path rules and clock correction, for batches that pass {@link isPlainBatch}: takes a tenth of the time. */
  isPlain: boolean;
  /** Includes the columns of job version 2. */
  hasContext: boolean;
  /** Records the jobs that contained the events. */
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
 * Selects the paths that path rules (docs/ingestion.md) can change: those with a query, fragment, origin or trailing slash. Rules are
 * read in the statement, so changes apply immediately. What is stripped from a path becomes a property, unless the client sent a
 * property of that name or the column is set.
 */
const ruledPaths = `strpos(path, '?') > 0 or strpos(path, '#') > 0 or (path not like '/%' and strpos(path, '://') > 0)
    or (exists (select 1 from sites where path_rules is not null) and path like '%_/') as is_ruled`;

/**
 * Retries of an event with `sent_at` (it has a client_time) get different corrected timestamps, so the primary key of events does
 * not recognize them. Only the first delivery in clocked_events is stored.
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
    select string_agg(part, '&' order by param.place, sent.place)
    from string_to_table(path_query, '&') with ordinality as sent(part, place)
    join jsonb_array_elements_text(rules -> 'keep_params') with ordinality as param(name, place)
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
 * Rows are sorted by key, so that two processors inserting the same events wait for each other instead of deadlocking. Only new
 * rows write marks; duplicates are just counted.
 */
function statementOf({ isPlain, hasContext, isAccounted = false }: Variant): string {
  const columns = columnsOf(hasContext);
  return `/* processor.insertEvents */
with batch as materialized (
  select *${isPlain ? '' : `, ${ruledPaths}`}
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
  select distinct site_id, ${intervalStartSql} from stored
), duplicates as (
  insert into event_duplicates (site_id, duplicates)
  select site_id, sum(sent)::int from (
    select site_id, 1 as sent from batch union all select site_id, -1 from stored) as difference
  where (select count(*) from batch) > (select count(*) from stored) group by site_id having sum(sent) > 0
)${isAccounted ? `, accounts as (\n  ${accountSql({ stored: '(select count(*) from stored)' }, 2)}\n)` : ''}
select count(*)::int as stored from stored`;
}

/** The variant for almost all batches from servers; exported for the bench. */
export const plainStatement = statementOf({ isPlain: true, hasContext: false });
const nameOf = ({ isPlain, hasContext, isAccounted }: Variant) => `${isPlain} ${hasContext} ${isAccounted}`;
const statements = new Map<string, string>();
for (const isPlain of [true, false])
  for (const hasContext of [true, false])
    for (const isAccounted of [true, false]) {
      const variant = { isPlain, hasContext, isAccounted };
      statements.set(nameOf(variant), statementOf(variant));
    }

/** Stores the events of a JSON array and records their jobs; returns how many events were new. Safe to repeat. */
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
