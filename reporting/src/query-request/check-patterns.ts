/** Turns the regular expressions of a filter into a refusal when Postgres cannot work with one of them. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { filterRules } from '../query/filter-operators.js';
import { conditionsOf, type Filter } from '../query/resolved-query.js';
import { inSnapshot } from '../reading/in-snapshot.js';

/** Matching can be made slow on purpose: a statement with patterns gets less time than others. */
export const patternTimeoutMs = 5_000;

/** All regular expressions of a filter. */
export const patternsOf = (filter: Filter | undefined): string[] =>
  conditionsOf(filter)
    .filter(({ op }) => filterRules[op].takes === 'patterns')
    .flatMap(({ values }) => values.filter((value) => value !== null));

/** Of all patterns of a list together. */
const checkTimeoutMs = 1_000;

export interface CheckOptions {
  /** What a refusal names; `filters` when absent. */
  field?: string;
  /** Of the request: when it fires, checking stops, too. */
  signal?: AbortSignal;
}

interface Problem {
  reason: string;
  isTooComplex?: true;
}

/**
 * Outside any snapshot, since a wrong pattern ends the transaction. All at once, within a second; only when there is something
 * wrong, in halves to find it, within that second, too. The wait for a connection is no part of it.
 * @throws ServiceError `invalid_request` that names the field; `query_timeout` once the signal has fired.
 */
export async function checkPatterns(
  pool: Pool,
  patterns: string[],
  { field = 'filters', signal }: CheckOptions = {},
): Promise<void> {
  const time = { leftMs: checkTimeoutMs };
  let suspects = [...new Set(patterns)];
  if (suspects.length === 0) return;
  const problemOf = (list: string[]) => patternProblem(pool, list, time, signal);
  let problem = await problemOf(suspects);
  if (!problem) return;
  while (suspects.length > 1 && time.leftMs > 0) {
    const half = suspects.slice(0, suspects.length / 2);
    const found = await problemOf(half);
    suspects = found ? half : suspects.slice(half.length);
    problem = found ?? problem;
  }
  throw new ServiceError('invalid_request', refusalOf(suspects, problem), { field });
}

function refusalOf([first, ...others]: string[], { reason, isTooComplex }: Problem): string {
  if (others.length === 0) return `${JSON.stringify(first)} is not a regular expression: ${reason}`;
  return isTooComplex
    ? 'regular expressions are too complex: they must not take a second to read, all together'
    : `one of the regular expressions is invalid: ${reason}`;
}

const statement = `/* reporting.patternProblem */ select count(*) from unnest($1::text[]) as pattern where '' ~ pattern`;

/** What Postgres says of these patterns; takes the time that it needed off what is left. */
async function patternProblem(
  pool: Pool,
  patterns: string[],
  time: { leftMs: number },
  signal?: AbortSignal,
): Promise<Problem | undefined> {
  const options = { statementTimeoutMs: Math.max(1, time.leftMs), ...(signal && { signal }) };
  const check = async (client: PoolClient): Promise<void> => {
    const startedAt = performance.now();
    try {
      await client.query(statement, [patterns]);
    } finally {
      time.leftMs -= performance.now() - startedAt;
    }
  };
  try {
    await inSnapshot(pool, check, options);
    return undefined;
  } catch (error) {
    if (signal?.aborted) throw error;
    const problem = problemBehind(error as { code?: string; message: string });
    if (!problem) throw error;
    return problem;
  }
}

function problemBehind({ code, message }: { code?: string; message: string }): Problem | undefined {
  // invalid_regular_expression
  if (code === '2201B') return { reason: message.replace(/^invalid regular expression: /, '') };
  // character_not_in_repertoire: NUL
  if (code === '22021') return { reason: 'it has a character that no text has' };
  // query_canceled, out_of_memory: it takes too much already when nothing is searched.
  // internal_error: more memory than Postgres ever hands out at once, such as for (x{1,200}){1,200}.
  if (code === '57014' || code === '53200' || code === 'XX000') {
    return { reason: 'it is too complex', isTooComplex: true };
  }
  return undefined;
}
