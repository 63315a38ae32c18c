/** Which codes of a column fit a condition: decided once for each value, not for each event. */
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
  /** Texts of column `referrer` that are the site's own. */
  hostnames: ReadonlySet<string>;
}

/** The value of a condition's column: referrers from the site itself are direct. */
export const displayText = (column: string, text: string | null, hostnames: ReadonlySet<string>): string | null =>
  column === 'referrer' && text !== null && hostnames.has(text) ? 'direct' : text;

type Test = (text: string, wanted: string) => boolean;

/** Tests besides `is` that JavaScript and Postgres agree on; the others are Postgres' own: capitals, patterns, numbers. */
const plainTests: Partial<Record<string, Test>> = {
  contains: (text, wanted) => text.includes(wanted),
  starts_with: (text, wanted) => text.startsWith(wanted),
  ends_with: (text, wanted) => text.endsWith(wanted),
};

/** More tests of a text than these would keep all other requests waiting; Postgres makes them beside. */
const maxTests = 5_000_000;

/** Whether a text fits; undefined where Postgres has to tell. */
function plainPredicate(
  { op, values, ignoreCase }: Condition,
  codes: number,
): ((text: string | null) => boolean) | undefined {
  const wanted = new Set(values);
  const { test } = filterRules[op];
  if (ignoreCase) return undefined;
  if (test === 'is') return (text) => wanted.has(text);
  const fits = plainTests[test];
  if (fits === undefined || codes * wanted.size > maxTests) return undefined;
  const texts = [...wanted].filter((value) => value !== null);
  return (text) => (text === null ? wanted.has(null) : texts.some((each) => fits(text, each)));
}

/** What the dictionary and the question itself have of values, and the absence of one. */
function valuesSql({ column, added, stored }: ColumnValues, parameters: SqlParameters): string {
  const name = parameters.add(column, 'text');
  return `select pack * ${packSize} + nth::int as code, value
    from segment_values, unnest(values) with ordinality as packed(value, nth)
    where site_id = ${parameters.site()} and "column" = ${name} and value is not null
  union all select ${parameters.add(stored, 'integer')} + nth::int, value
    from unnest(${parameters.add([...added], 'text[]')}) with ordinality as added(value, nth)
  union all select 0, null`;
}

/** Condition without denial, so that few codes come back. */
const withoutDenial = ({ op, ...condition }: Condition): Condition => ({ ...condition, op: filterRules[op].test });

async function matchInPostgres(asking: MatchContext, condition: Condition, values: ColumnValues): Promise<number[]> {
  const parameters = createSqlParameters(asking.siteId);
  const source = valuesSql(values, parameters);
  const isReferrer = values.column === 'referrer' && asking.hostnames.size > 0;
  const own = () => parameters.add([...asking.hostnames], 'text[]');
  const shown = isReferrer ? `(case when value = any(${own()}) then 'direct' else value end)` : 'value';
  const column = () => ({ sql: shown, nullable: true });
  const fits = filterSql(withoutDenial(condition), column, parameters);
  const text = `/* reporting.matchingCodes */
select code from (${source}) as valued where ${fits}`;
  const { rows } = await asking.client.query<{ code: number }>(text, parameters.values);
  return rows.map(({ code }) => code);
}

/** A 1 for each code, 0 included, that fits. */
export async function matchingCodes(
  asking: MatchContext,
  condition: Condition,
  values: ColumnValues,
): Promise<Uint8Array> {
  const { isNegated } = filterRules[condition.op];
  const fitting = new Uint8Array(values.size() + 1);
  const fits = plainPredicate(condition, fitting.length);
  if (fits) {
    for (let code = 0; code < fitting.length; code += 1) {
      if (fits(displayText(values.column, values.textOf(code), asking.hostnames))) fitting[code] = 1;
    }
  } else for (const code of await matchInPostgres(asking, condition, values)) fitting[code] = 1;
  return isNegated ? fitting.map((denied) => 1 - denied) : fitting;
}
