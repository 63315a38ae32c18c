/** Turns one question into the times of our answers and of plain SQL, after comparing what both say. */
import { isDeepStrictEqual } from 'node:util';
import { ClearError } from '@millrace/dev/clear-error';
import type { Pool } from '@millrace/shared/postgres';
import type { QueryCase } from './query-cases.js';
import { jsonPost, timeRequest } from './time-request.js';

export interface CaseTimes {
  oursMs: number[];
  rawMs: number[];
}

export interface CaseRuns {
  requests: number;
  /** One more comes first, for the cache. */
  rawRuns: number;
}

const warmUpRequests = 10;

interface Result {
  dimensions: unknown[];
  metrics: unknown[];
}

/** @throws ClearError when an answer differs from what plain SQL says. */
export async function timeCase(
  pool: Pool,
  reportingUrl: string,
  asked: QueryCase,
  { requests, rawRuns }: CaseRuns,
): Promise<CaseTimes> {
  const dimensions = Array.isArray(asked.body.dimensions) ? asked.body.dimensions.length : 0;
  const expected = toResults(await runRaw(pool, asked), dimensions);
  const rawMs: number[] = [];
  for (let run = 0; run < rawRuns; run += 1) {
    const startedAt = performance.now();
    await runRaw(pool, asked);
    rawMs.push(performance.now() - startedAt);
  }
  const oursMs: number[] = [];
  for (let request = -warmUpRequests; request < requests; request += 1) {
    const { ms, body } = await timeRequest(`${reportingUrl}/api/v1/query`, jsonPost(asked.body));
    checkResults(asked.name, (body as { results: Result[] }).results, expected);
    if (request >= 0) oursMs.push(ms);
  }
  return { oursMs, rawMs };
}

async function runRaw(pool: Pool, { raw }: QueryCase): Promise<unknown[][]> {
  const { rows } = await pool.query<unknown[]>({ ...raw, rowMode: 'array' });
  return rows;
}

const toResults = (rows: unknown[][], dimensions: number): Result[] =>
  rows.map((row) => ({ dimensions: row.slice(0, dimensions), metrics: row.slice(dimensions) }));

function checkResults(name: string, results: Result[], expected: Result[]): void {
  if (expected.length > 0 && isDeepStrictEqual(results, expected)) return;
  const shown = (rows: Result[] | undefined) => JSON.stringify(rows?.slice(0, 3));
  throw new ClearError(`"${name}": the answer begins ${shown(results)}, plain SQL says ${shown(expected)}.`);
}
