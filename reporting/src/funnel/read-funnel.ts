/** Turns the steps of a funnel into the number of users who got to each of them, in order and in time. */
import type { PoolClient } from '@millrace/shared/postgres';
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import type { Filter, TimeRange } from '../query/resolved-query.js';
import { createSqlParameters, type SqlParameters } from '../query/sql-parameters.js';

export interface Funnel {
  siteId: string;
  range: TimeRange;
  /** What every event must match. */
  filter?: Filter;
  /** What the event of each step must match. */
  steps: Filter[];
  /** Longest time between the event of the first step and that of the last. */
  windowMs: number;
}

/**
 * Users per step: a user reaches step k with events t1 < t2 < ... < tk, each matching its step, tk - t1 within the window.
 *
 * Level by level, each event that matches step k gets the start of the latest chain that ends there: the greatest start of
 * level k - 1 among the user's strictly earlier events, unless it lies further back than the window. The latest start is
 * the best one, as it leaves most time; one that is too old stays so for all later events, so nothing is lost by leaving it.
 */
export async function readFunnel(client: PoolClient, funnel: Funnel): Promise<number[]> {
  const parameters = createSqlParameters();
  const matching = matchingSql(funnel, parameters);
  const window = `make_interval(secs => ${parameters.add(funnel.windowMs / 1_000, 'double precision')})`;
  const levels = funnel.steps.slice(1).map((_step, index) => levelSql(index + 2, window));
  const numbers = funnel.steps.map((_step, index) => index + 1);
  // By user first: the rows are in that order already, whereas count(distinct ...) would sort them again for each step.
  const text = `/* reporting.readFunnel */
with level1 as (
  select matching.*, case when is1 then timestamp end as start1 from (${matching}) as matching
), ${levels.join(', ')}, users as (
  select ${numbers.map((step) => `count(start${step}) > 0 as reached${step}`).join(', ')}
  from level${funnel.steps.length} group by user_id
)
select array[${numbers.map((step) => `count(*) filter (where reached${step})::integer`).join(', ')}] as users from users`;
  const { rows } = await client.query<{ users: number[] }>(text, parameters.values);
  return rows[0]!.users;
}

/** Events of users that match at least one step, with the steps they match. */
function matchingSql({ siteId, range, filter, steps }: Funnel, parameters: SqlParameters): string {
  const conditions = steps.map((step) => filterSql(step, rawColumn, parameters));
  const site = parameters.add(siteId, 'text');
  const from = parameters.add(range.from.toISOString(), 'timestamptz');
  const to = parameters.add(range.to.toISOString(), 'timestamptz');
  return `
    select user_id collate "C" as user_id, timestamp,
      ${conditions.map((condition, index) => `${condition} as is${index + 1}`).join(', ')}
    from events
    where site_id = ${site} and timestamp >= ${from} and timestamp < ${to} and user_id is not null
      ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (${conditions.join(' or ')})`;
}

function levelSql(step: number, window: string): string {
  const earlier = `max(start${step - 1}) over earlier`;
  return `level${step} as (
  select *, case when is${step} and timestamp - ${earlier} <= ${window} then ${earlier} end as start${step}
  from level${step - 1}
  window earlier as (partition by user_id order by timestamp groups between unbounded preceding and 1 preceding)
)`;
}
