/** One question, asked of reporting, as plain SQL and of other engines: times, processor time, and whether all say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { EngineName } from '../engines/install-engine.js';
import type { EngineSide } from '../engines/start-engines.js';
import { readCpuMs, readTreeCpuMs } from '../sides/cpu-time.js';
import { askCase, askKnown } from './ask-case.js';
import { clickhouse, duckdb, postgres } from './dialect.js';
import { firstDifference } from './first-difference.js';
import type { QueryCase, Table } from './query-case.js';

export interface OurTimes {
  ms: number[];
  /** Of one answer. */
  cpuMs: number;
  /** What Postgres used for it besides. */
  postgresCpuMs: number;
}

export interface EngineTimes {
  ms: number[];
  cpuMs: number;
}

export interface CaseTimes {
  /** Absent where reporting does not know the question. */
  ours?: OurTimes;
  rawMs: number[];
  engines: Partial<Record<EngineName, EngineTimes>>;
  /** Who says something else than plain SQL, and what. */
  differences: string[];
}

export interface CaseSides {
  pool: Pool;
  reporting: { url: string; pid: number };
  engines: EngineSide[];
}

export interface CaseRuns {
  requests: number;
  /** One more comes first, for the cache, and counts where no bar is set. */
  rawRuns: number;
  engineRuns: number;
}

const warmUpRequests = 10;
const dialects = { clickhouse, duckdb };

export async function timeCase(sides: CaseSides, asked: QueryCase, runs: CaseRuns): Promise<CaseTimes> {
  const { tables: expected, ms } = await runRaw(sides.pool, asked);
  const times: CaseTimes = { rawMs: asked.atLeast === undefined ? [ms] : [], engines: {}, differences: [] };
  for (let run = 0; run < runs.rawRuns && asked.atLeast !== undefined; run += 1) {
    times.rawMs.push((await runRaw(sides.pool, asked)).ms);
  }
  const ours = await timeOurs(sides, asked, runs.requests, (tables) => note('reporting', tables));
  if (ours) times.ours = ours;
  for (const engine of sides.engines) {
    if ('why' in engine) continue;
    const dialect = dialects[engine.name];
    const { tables, wallMs, cpuMs } = await engine.ask(asked.sql(dialect), runs.engineRuns);
    times.engines[engine.name] = { ms: wallMs, cpuMs };
    note(engine.name, asked.shape?.(tables, dialect) ?? tables);
  }
  return times;

  function note(side: string, tables: Table[]): void {
    const difference = firstDifference(tables, expected);
    if (difference) times.differences.push(`${side}: ${difference}`);
  }
}

async function runRaw(pool: Pool, { sql, shape }: QueryCase): Promise<{ tables: Table[]; ms: number }> {
  const startedAt = performance.now();
  const results: Table[] = [];
  for (const text of sql(postgres)) {
    const { rows } = await pool.query<Table[number]>({ text, rowMode: 'array' });
    results.push(rows);
  }
  return { ms: performance.now() - startedAt, tables: shape?.(results, postgres) ?? results };
}

/** One answer after the other; the first ones, which fill caches, are compared and do not count. */
async function timeOurs(
  { pool, reporting }: CaseSides,
  asked: QueryCase,
  requests: number,
  check: (tables: Table[]) => void,
): Promise<OurTimes | undefined> {
  const first = await askCase(reporting.url, asked);
  if (!first) return undefined;
  check(first.tables);
  for (let request = 1; request < warmUpRequests; request += 1) await askKnown(reporting.url, asked);
  const postmaster = await readPostmaster(pool);
  const [cpu, postgresCpu] = [readCpuMs(reporting.pid), readTreeCpuMs(postmaster)];
  const ms: number[] = [];
  for (let request = 0; request < requests; request += 1) ms.push((await askKnown(reporting.url, asked)).ms);
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
