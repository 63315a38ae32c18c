import type { PoolClient } from '@millrace/shared/platform/postgres';
import { filterRules } from '../query/filter-operators.js';
import { filterSql } from '../query/filter-sql.js';
import type { Condition } from '../query/resolved-query.js';
import { createSqlParameters } from '../reading/sql-parameters.js';

/** Users of raw events without a visitor number; their provisional numbers start after `lastVisitorNo`. */
export interface NumberedUsers {
  lastVisitorNo: number;
  added: readonly string[];
}

const column = () => ({ sql: 'user_id', nullable: true });

/** Returns a 1 for each visitor number that matches; number 0 is that of events without a user. */
export async function matchingVisitors(
  client: PoolClient,
  siteId: string,
  { op, ...condition }: Condition,
  { lastVisitorNo, added }: NumberedUsers,
): Promise<Uint8Array> {
  const { test, isNegated } = filterRules[op];
  const parameters = createSqlParameters(siteId);
  const matches = filterSql({ ...condition, op: test }, column, parameters);
  const users = parameters.add([...added], 'text[]');
  const last = parameters.add(lastVisitorNo, 'integer');
  const text = `/* reporting.matchingVisitors */
select visitor_no as number from visitors where site_id = ${parameters.site()} and ${matches}
union all select ${last} + nth::int from unnest(${users}) with ordinality as added(user_id, nth) where ${matches}
union all select 0 from (select null::text as user_id) as anonymous where ${matches}`;
  const { rows } = await client.query<{ number: number }>(text, parameters.values);
  const matching = new Uint8Array(lastVisitorNo + added.length + 1);
  for (const { number } of rows) matching[number] = 1;
  return isNegated ? matching.map((is) => 1 - is) : matching;
}
