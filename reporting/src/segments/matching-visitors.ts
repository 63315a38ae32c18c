/** Which visitors fit a condition on their user id. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { filterRules } from '../query/filter-operators.js';
import { filterSql } from '../query/filter-sql.js';
import type { Condition } from '../query/resolved-query.js';
import { createSqlParameters } from '../reading/sql-parameters.js';

/** Users of raw events without a number of their own: the first has the one after `lastVisitorNo`. */
export interface NumberedUsers {
  lastVisitorNo: number;
  added: readonly string[];
}

const column = () => ({ sql: 'user_id', nullable: true });

/** A 1 for each number that fits; 0 is an event without a user. */
export async function matchingVisitors(
  client: PoolClient,
  siteId: string,
  { op, ...condition }: Condition,
  { lastVisitorNo, added }: NumberedUsers,
): Promise<Uint8Array> {
  const { test, isNegated } = filterRules[op];
  const parameters = createSqlParameters(siteId);
  const fits = filterSql({ ...condition, op: test }, column, parameters);
  const users = parameters.add([...added], 'text[]');
  const last = parameters.add(lastVisitorNo, 'integer');
  const text = `/* reporting.matchingVisitors */
select visitor_no as number from visitors where site_id = ${parameters.site()} and ${fits}
union all select ${last} + nth::int from unnest(${users}) with ordinality as added(user_id, nth) where ${fits}
union all select 0 from (select null::text as user_id) as nobody where ${fits}`;
  const { rows } = await client.query<{ number: number }>(text, parameters.values);
  const fitting = new Uint8Array(lastVisitorNo + added.length + 1);
  for (const { number } of rows) fitting[number] = 1;
  return isNegated ? fitting.map((is) => 1 - is) : fitting;
}
