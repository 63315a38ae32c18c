/** Counts the users who got to each step of a funnel, in order and in time. */
import type { PoolClient } from '@millrace/shared/postgres';
import { filterSql } from '../query/filter-sql.js';
import { rawColumn } from '../query/raw-columns.js';
import type { Filter, TimeRange } from '../query/resolved-query.js';
import { addValue } from '../query/select-ranges.js';
import { createSqlParameters, type SqlParameters } from '../query/sql-parameters.js';
import { placeOfRun, stepSets } from './step-sets.js';

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
 * Users per step: a user reaches step k with k different events, each matching its step, at times t1 <= t2 <= ... <= tk,
 * tk - t1 within the window. Events of one instant have no order, so they serve successive steps in any order.
 *
 * Level by level, each instant of a user gets the start of the latest chain that reaches step k there: of the chains that
 * had got to a step j earlier, where the events of the instant can serve steps j + 1 to k, one each. The latest start is
 * the best one, as it leaves most time; one that is too old stays so for all later events, so nothing is lost by leaving it.
 */
export async function readFunnel(client: PoolClient, funnel: Funnel): Promise<number[]> {
  const parameters = createSqlParameters();
  const instants = instantsSql(funnel, parameters);
  const window = `make_interval(secs => ${parameters.add(funnel.windowMs / 1_000, 'double precision')})`;
  const levels = funnel.steps.slice(1).map((_step, index) => levelSql(index + 2, window));
  const numbers = funnel.steps.map((_step, index) => index + 1);
  // By user first: the rows are in that order already, whereas count(distinct ...) would sort them again for each step.
  const text = `/* reporting.readFunnel */
with instants as (${instants}), level1 as (
  select *, case when served & 1 <> 0 then timestamp end as start1 from instants
), ${levels.join(', ')}, users as (
  select ${numbers.map((step) => `count(start${step}) > 0 as reached${step}`).join(', ')}
  from level${funnel.steps.length} group by user_id
)
select array[${numbers.map((step) => `count(*) filter (where reached${step})::integer`).join(', ')}] as users from users`;
  const { rows } = await client.query<{ users: number[] }>(text, parameters.values);
  return rows[0]!.users;
}

/**
 * Each instant of a user with `served`, a bit for each step that one of its events matches, and `blocked`, a bit for each
 * run of steps that its events cannot serve together: by Hall's theorem a run can be served exactly when each set of its
 * steps is matched by as many events as it has steps. A single event has no need of that: it serves one step.
 */
function instantsSql(funnel: Funnel, parameters: SqlParameters): string {
  const { sets, sizes, blocks } = stepSets(funnel.steps.length);
  const [setList, sizeList, blockList] = [sets, sizes, blocks].map((list) => addValue(parameters, list, 'int[]'));
  return `
  select user_id, timestamp, bit_or(steps) as served, case when count(*) > 1 then (
    with kind as materialized (
      select steps, count(*) as events from unnest(array_agg(matching.steps)) as event(steps) group by steps
    )
    select coalesce(bit_or(wanted.runs), 0)
    from unnest(${setList}, ${sizeList}, ${blockList}) as wanted(steps, size, runs)
    where (select coalesce(sum(kind.events), 0) from kind where kind.steps & wanted.steps <> 0) < wanted.size
  ) end as blocked
  from (${matchingSql(funnel, parameters)}) as matching group by user_id, timestamp`;
}

/** Events of users that match at least one step, with a bit for each that they match. */
function matchingSql({ siteId, range, filter, steps }: Funnel, parameters: SqlParameters): string {
  const conditions = steps.map((step) => filterSql(step, rawColumn, parameters));
  const site = parameters.add(siteId, 'text');
  const from = parameters.add(range.from.toISOString(), 'timestamptz');
  const to = parameters.add(range.to.toISOString(), 'timestamptz');
  const bits = conditions.map((condition, index) => `${condition}::int * ${2 ** index}`);
  return `
    select user_id collate "C" as user_id, timestamp, ${bits.join(' + ')} as steps
    from events
    where site_id = ${site} and timestamp >= ${from} and timestamp < ${to} and user_id is not null
      ${filter ? `and ${filterSql(filter, rawColumn, parameters)}` : ''}
      and (${conditions.join(' or ')})`;
}

/** `before1` and so on: the latest start of a chain that had got so far before the instant. */
function levelSql(step: number, window: string): string {
  const from = Array.from({ length: step }, (_, before) => {
    const start = before === 0 ? 'timestamp' : `before${before}`;
    const canServe =
      before === step - 1 ? `served & ${2 ** before} <> 0` : `blocked & ${2 ** placeOfRun(before + 1, step)} = 0`;
    return `case when ${canServe} and timestamp - ${start} <= ${window} then ${start} end`;
  });
  return `level${step} as (
  select *, greatest(${from.join(', ')}) as start${step} from (
    select *, max(start${step - 1}) over (
      partition by user_id order by timestamp rows between unbounded preceding and 1 preceding
    ) as before${step - 1}
    from level${step - 1}
  ) as level
)`;
}
