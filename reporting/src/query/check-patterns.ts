/** Turns the regular expressions of a filter into a refusal when Postgres cannot work with one of them. */
import { ServiceError } from '@millrace/shared/errors';
import { inTransaction, type Pool } from '@millrace/shared/postgres';
import { filterRules } from './filter-operators.js';
import type { Filter } from './resolved-query.js';

/** Matching can be made slow on purpose: a statement with patterns gets less time than others. */
export const patternTimeoutMs = 5_000;

/** All regular expressions of a filter. */
export function patternsOf(filter: Filter | undefined): string[] {
  if (!filter) return [];
  if ('filter' in filter) return patternsOf(filter.filter);
  if ('filters' in filter) return filter.filters.flatMap(patternsOf);
  const { op, values } = filter;
  return filterRules[op].takes === 'patterns' ? values.filter((value) => value !== null) : [];
}

/** Outside any snapshot, since a wrong pattern ends the transaction. @throws ServiceError `invalid_request` that names `field`. */
export async function checkPatterns(pool: Pool, patterns: string[], field = 'filters'): Promise<void> {
  for (const pattern of new Set(patterns)) {
    const problem = await patternProblem(pool, pattern);
    if (problem) {
      throw new ServiceError('invalid_request', `${JSON.stringify(pattern)} is not a regular expression: ${problem}`, {
        field,
      });
    }
  }
}

async function patternProblem(pool: Pool, pattern: string): Promise<string | undefined> {
  const statement = `/* reporting.patternProblem */ select '' ~ $1::text`;
  const opening = 'begin read only; set local statement_timeout = 1000';
  try {
    await inTransaction(pool, (client) => client.query(statement, [pattern]), opening);
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // invalid_regular_expression
    if (code === '2201B') return message.replace(/^invalid regular expression: /, '');
    // character_not_in_repertoire: NUL; query_canceled, out_of_memory: it takes too much already when nothing is searched.
    if (code === '22021') return 'it has a character that no text has';
    // internal_error: more memory than Postgres ever hands out at once, such as for (x{1,200}){1,200}.
    if (code === '57014' || code === '53200' || code === 'XX000') return 'it is too complex';
    throw error;
  }
}
