import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { filterRules } from '../query/filter-operators.js';
import { conditionsOf, type Filter } from '../query/resolved-query.js';
import { inSnapshot } from '../reading/in-snapshot.js';

/** Patterns can be made slow on purpose, so statements with patterns get less time than others. */
export const patternTimeoutMs = 5_000;

export const patternsOf = (filter: Filter | undefined): string[] =>
  conditionsOf(filter)
    .filter(({ op }) => filterRules[op].takes === 'patterns')
    .flatMap(({ values }) => values.filter((value) => value !== null));

/** For all patterns of a list together. */
const checkTimeoutMs = 1_000;

export interface CheckOptions {
  /** The field that a refusal names; defaults to `filters`. */
  field?: string;
  /** Aborts the check together with the request. */
  signal?: AbortSignal;
}

interface Problem {
  reason: string;
  isTooComplex?: true;
}

/**
 * Has Postgres compile the patterns, outside any snapshot, since an invalid pattern aborts the transaction. All patterns are checked
 * at once; if that fails, a binary search finds the invalid one. Both together get a second, not counting the wait for a connection.
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
  const problemOf = (list: string[]) => compilePatterns(pool, list, time, signal);
  let problem = await problemOf(suspects);
  if (!problem) return;
  while (suspects.length > 1 && time.leftMs > 0) {
    const half = suspects.slice(0, suspects.length / 2);
    const found = await problemOf(half);
    suspects = found ? half : suspects.slice(half.length);
    problem = found ?? problem;
  }
  throw new ServiceError('invalid_request', messageOf(suspects, problem), { field });
}

function messageOf([first, ...others]: string[], { reason, isTooComplex }: Problem): string {
  if (others.length === 0) return `${JSON.stringify(first)} is not a valid regular expression: ${reason}`;
  return isTooComplex
    ? 'the regular expressions are too complex: compiling all of them must take less than a second'
    : `one of the regular expressions is invalid: ${reason}`;
}

const statement = `/* reporting.compilePatterns */ select count(*) from unnest($1::text[]) as pattern where '' ~ pattern`;

/** The error that Postgres reports for these patterns, if any. Subtracts the time taken from `time.leftMs`. */
async function compilePatterns(
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
    const problem = toProblem(error as { code?: string; message: string });
    if (!problem) throw error;
    return problem;
  }
}

function toProblem({ code, message }: { code?: string; message: string }): Problem | undefined {
  // invalid_regular_expression
  if (code === '2201B') return { reason: message.replace(/^invalid regular expression: /, '') };
  // character_not_in_repertoire: NUL
  if (code === '22021') return { reason: 'it contains a NUL character' };
  // query_canceled, out_of_memory: too expensive even when there is nothing to search.
  // internal_error: needs more memory than Postgres ever allocates at once, such as (x{1,200}){1,200}.
  if (code === '57014' || code === '53200' || code === 'XX000') {
    return { reason: 'it is too complex', isTooComplex: true };
  }
  return undefined;
}
