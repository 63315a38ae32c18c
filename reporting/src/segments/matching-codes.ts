/** Finds the codes of a column that match a condition: each value is tested once, not each event. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { packSize } from '@millrace/shared/segments/segment-columns';
import { filterRules } from '../query/filter-operators.js';
import { filterSql } from '../query/filter-sql.js';
import type { Condition } from '../query/resolved-query.js';
import { createSqlParameters, type SqlParameters } from '../reading/sql-parameters.js';
import type { ColumnValues } from './dictionaries.js';

export interface MatchContext {
  client: PoolClient;
  siteId: string;
  /** The site's own hosts, which do not count as referrers. */
  hostnames: ReadonlySet<string>;
}

/** The value as shown and filtered by: the site's own hosts as referrers are direct. */
export const displayText = (column: string, text: string | null, hostnames: ReadonlySet<string>): string | null =>
  column === 'referrer' && text !== null && hostnames.has(text) ? 'direct' : text;

type Test = (text: string, expected: string) => boolean;

/** Tests on which JavaScript and Postgres agree, besides `is`. Case folding, patterns and numbers are left to Postgres. */
const plainTests: Partial<Record<string, Test>> = {
  contains: (text, expected) => text.includes(expected),
  starts_with: (text, expected) => text.startsWith(expected),
  ends_with: (text, expected) => text.endsWith(expected),
};

/** More tests than this would block the event loop for other requests, so Postgres runs them. */
const maxTests = 5_000_000;

/** The condition as a function; undefined when Postgres has to evaluate it. */
function plainPredicate(
  { op, values, ignoreCase }: Condition,
  codes: number,
): ((text: string | null) => boolean) | undefined {
  const expected = new Set(values);
  const { test } = filterRules[op];
  if (ignoreCase) return undefined;
  if (test === 'is') return (text) => expected.has(text);
  const matches = plainTests[test];
  if (matches === undefined || codes * expected.size > maxTests) return undefined;
  const texts = [...expected].filter((value) => value !== null);
  return (text) => (text === null ? expected.has(null) : texts.some((each) => matches(text, each)));
}

/** All values with their codes: those of the dictionary, those added by the query, and the absent value. */
function valuesSql({ column, added, stored }: ColumnValues, parameters: SqlParameters): string {
  const name = parameters.add(column, 'text');
  return `select pack * ${packSize} + nth::int as code, value
    from segment_values, unnest(values) with ordinality as packed(value, nth)
    where site_id = ${parameters.site()} and "column" = ${name} and value is not null
  union all select ${parameters.add(stored, 'integer')} + nth::int, value
    from unnest(${parameters.add([...added], 'text[]')}) with ordinality as added(value, nth)
  union all select 0, null`;
}

/** The condition without negation, so that Postgres returns few codes. */
const withoutDenial = ({ op, ...condition }: Condition): Condition => ({ ...condition, op: filterRules[op].test });

async function matchInPostgres(context: MatchContext, condition: Condition, values: ColumnValues): Promise<number[]> {
  const parameters = createSqlParameters(context.siteId);
  const source = valuesSql(values, parameters);
  const isReferrer = values.column === 'referrer' && context.hostnames.size > 0;
  const own = () => parameters.add([...context.hostnames], 'text[]');
  const shown = isReferrer ? `(case when value = any(${own()}) then 'direct' else value end)` : 'value';
  const column = () => ({ sql: shown, nullable: true });
  const matches = filterSql(withoutDenial(condition), column, parameters);
  const text = `/* reporting.matchingCodes */
select code from (${source}) as valued where ${matches}`;
  const { rows } = await context.client.query<{ code: number }>(text, parameters.values);
  return rows.map(({ code }) => code);
}

/** Returns a 1 for each code that matches, including code 0. */
export async function matchingCodes(
  context: MatchContext,
  condition: Condition,
  values: ColumnValues,
): Promise<Uint8Array> {
  const { isNegated } = filterRules[condition.op];
  const matching = new Uint8Array(values.size() + 1);
  const matches = plainPredicate(condition, matching.length);
  if (matches) {
    for (let code = 0; code < matching.length; code += 1) {
      if (matches(displayText(values.column, values.textOf(code), context.hostnames))) matching[code] = 1;
    }
  } else for (const code of await matchInPostgres(context, condition, values)) matching[code] = 1;
  return isNegated ? matching.map((isMatch) => 1 - isMatch) : matching;
}
