import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Pool } from '@millrace/shared/platform/postgres';
import { readCpuMs, readTreeCpuMs } from '../sides/process-usage.js';
import { type QueryCase, runCase, type Table, tryCase } from './query-case.js';

const preview = (value: unknown) => JSON.stringify(value)?.slice(0, 200) ?? 'nothing';

/** @returns where answers differ first; undefined when they are equal and not empty. */
export function firstDifference(tables: Table[], expected: Table[]): string | undefined {
  if (expected.every((table) => table.length === 0)) return 'there is nothing to compare';
  for (let number = 0; number < Math.max(tables.length, expected.length); number += 1) {
    const [table = [], other = []] = [tables[number], expected[number]];
    const row = Array.from({ length: Math.max(table.length, other.length) }).findIndex(
      (_, index) => !isDeepStrictEqual(table[index], other[index]),
    );
    if (row >= 0)
      return `table ${number + 1}, row ${row + 1}: ${preview(table[row])} instead of ${preview(other[row])}`;
  }
  return undefined;
}

interface ReportingTimes {
  ms: number[];
  /** Processor time of reporting per answer. */
  cpuMs: number;
  /** Processor time of Postgres per answer. */
  postgresCpuMs: number;
}

export interface CaseTimes {
  /** Absent when reporting does not support the query. */
  ours?: ReportingTimes;
  rawMs: number[];
  /** How reporting's answer differs from that of plain SQL. */
  difference?: string;
}

interface CaseSides {
  pool: Pool;
  reporting: { url: string; pid: number };
}

export interface CaseRuns {
  requests: number;
  /** After a first run that fills caches; that one is the only run, and counts, for a case without a bar. */
  rawRuns: number;
}

const warmUpRequests = 10;

export async function timeCase(sides: CaseSides, queryCase: QueryCase, runs: CaseRuns): Promise<CaseTimes> {
  const { tables: expected, ms } = await runRaw(sides.pool, queryCase);
  const rawMs = queryCase.atLeast === undefined ? [ms] : [];
  for (let run = 0; run < runs.rawRuns && queryCase.atLeast !== undefined; run += 1) {
    rawMs.push((await runRaw(sides.pool, queryCase)).ms);
  }
  const first = await tryCase(sides.reporting.url, queryCase);
  if (!first) return { rawMs };
  const difference = firstDifference(first.tables, expected);
  const ours = await timeReporting(sides, queryCase, runs.requests);
  return { ours, rawMs, ...(difference !== undefined && { difference }) };
}

async function runRaw(pool: Pool, { sql, shape }: QueryCase): Promise<{ tables: Table[]; ms: number }> {
  const startedAt = performance.now();
  const results: Table[] = [];
  for (const text of sql()) {
    const { rows } = await pool.query<Table[number]>({ text, rowMode: 'array' });
    results.push(rows);
  }
  return { ms: performance.now() - startedAt, tables: shape?.(results) ?? results };
}

/** One request after the other, after some that fill caches. */
async function timeReporting(
  { pool, reporting }: CaseSides,
  queryCase: QueryCase,
  requests: number,
): Promise<ReportingTimes> {
  for (let request = 1; request < warmUpRequests; request += 1) await runCase(reporting.url, queryCase);
  const postmaster = await readPostmaster(pool);
  const [cpu, postgresCpu] = [readCpuMs(reporting.pid), readTreeCpuMs(postmaster)];
  const ms: number[] = [];
  for (let request = 0; request < requests; request += 1) ms.push((await runCase(reporting.url, queryCase)).ms);
  return {
    ms,
    cpuMs: (readCpuMs(reporting.pid) - cpu) / requests,
    postgresCpuMs: (readTreeCpuMs(postmaster) - postgresCpu) / requests,
  };
}

async function readPostmaster(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
  return Number(readFileSync(join(rows[0]!.folder, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
}
