/** Accounts for all events received in each hour. */
import type { Pool } from '@millrace/shared/platform/postgres';
import type { TimeRange } from '../query/resolved-query.js';

/** `received` is the sum of the others. */
export interface Outcomes {
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  dead_lettered: number;
  in_flight: number;
}

export interface HourAccount extends Outcomes {
  /** Start of the hour, UTC. */
  hour: Date;
}

/**
 * A job that is not folded yet counts its events, unless it is in the ranges: then it was folded and the queue delivered it again. What
 * an ingestion process has not recorded (it was killed, or will record it within a second) becomes known through its jobs. When several
 * jobs of an hour were written together, one of them has the new events of all of them, so duplicates are only exact per hour.
 */
export const accountsStatement = `/* reporting.readAccounts */
with jobs as (
  select job.process, hour, stored, dead_lettered, case when seq <@ done then 0 else events end as events,
    case when seq <@ done then 0 when is_done then events else stored + dead_lettered end as settled
  from accounted_jobs as job left join accounted_ranges using (process) where hour >= $1 and hour < $2
), worked_on as (
  select process, hour, sum(events) as events, sum(stored) as stored, sum(dead_lettered) as dead_lettered,
    sum(settled) as settled
  from jobs group by process, hour
), accounts as (
  select hour, coalesce(rejected, 0) as rejected,
    greatest(accepted, coalesce(processed, 0) + coalesce(worked_on.events, 0)) as accepted,
    coalesce(account.stored, 0) + coalesce(worked_on.stored, 0) as stored,
    coalesce(account.dead_lettered, 0) + coalesce(worked_on.dead_lettered, 0) as dead_lettered,
    coalesce(processed, 0) + coalesce(settled, 0) as settled
  from (select * from event_accounts where hour >= $1 and hour < $2) as account
  full join worked_on using (process, hour)
), hours as (
  select hour, sum(accepted) as accepted, sum(rejected) as rejected, sum(stored) as stored,
    sum(dead_lettered) as dead_lettered, sum(settled) as settled
  from accounts group by hour
)
select start as hour, coalesce(accepted + rejected, 0)::float8 as received, coalesce(stored, 0)::float8 as stored,
  coalesce(settled - stored - dead_lettered, 0)::float8 as duplicate, coalesce(rejected, 0)::float8 as rejected,
  coalesce(dead_lettered, 0)::float8 as dead_lettered, coalesce(accepted - settled, 0)::float8 as in_flight
from generate_series($1::timestamptz, $2::timestamptz - interval '1 hour', interval '1 hour') as start
left join hours on hour = start order by start`;

/** `range` must be whole hours, UTC. Each of them is in the list, oldest first. */
export async function readAccounts(pool: Pool, { from, to }: TimeRange): Promise<HourAccount[]> {
  return (await pool.query<HourAccount>(accountsStatement, [from, to])).rows;
}

const names = ['received', 'stored', 'duplicate', 'rejected', 'dead_lettered', 'in_flight'] as const;

export const totalsOf = (hours: HourAccount[]): Outcomes =>
  Object.fromEntries(
    names.map((name) => [name, hours.reduce((sum, hour) => sum + hour[name], 0)]),
  ) as unknown as Outcomes;
