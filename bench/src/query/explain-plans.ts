import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresFiles } from '@millrace/dev/stores/init-postgres';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { jsonPost } from '../load/requests.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import type { QueryCase } from './query-case.js';

interface ExplainedQuery {
  name: string;
  path: string;
  init?: RequestInit;
  /** Plain SQL. */
  statements: string[];
}

/** The twenty panels differ only in a column: two plans are enough. */
const maxStatements = 2;

const fromCase = ({ name, path, body, sql }: QueryCase): ExplainedQuery => ({
  name,
  path,
  init: jsonPost(body),
  statements: sql().slice(0, maxStatements),
});

const today = (): ExplainedQuery => ({
  name: 'today so far',
  path: `/stats?site_id=${biggestSite.id}&date=${new Date().toISOString().slice(0, 10)}`,
  statements: [],
});

/**
 * Returns Markdown lines: the plans of plain SQL, and of the statements of a separate reporting service, which Postgres explains in
 * its log. Today comes first, while its interval is still open.
 */
export const explainPlans = (bench: Bench, { pool, url }: Database, cases: QueryCase[]): Promise<string[]> =>
  withClosing(bench, async (closing) => {
    const log = postgresFiles(dirname(await setting(pool, 'data_directory'))).logFile;
    const { size: logStart } = statSync(log);
    await explainStatements(pool, await setting(pool, 'current_database'));
    const reporting = await startReporting(bench, closing, { DATABASE_URL: url });
    const lines: string[] = [];
    let seen = logStart;
    for (const { name, path, init, statements } of [today(), ...cases.map(fromCase)]) {
      // An unsupported query has no plans.
      await (await fetch(`${reporting.url}${path}`, init)).arrayBuffer();
      // Postgres writes its log after it answers.
      await sleep(200);
      lines.push(`## ${name}`, '');
      for (const each of statements) lines.push(...blockOf('Plain SQL', await explainStatement(pool, each)));
      const text = readFileSync(log).subarray(seen).toString();
      seen += Buffer.byteLength(text);
      lines.push(...readPlans(text).flatMap((plan) => blockOf('Reporting', plan)));
    }
    await pool.query(`alter database ${await setting(pool, 'current_database')} reset all`);
    return lines;
  });

async function setting(pool: Pool, name: 'data_directory' | 'current_database'): Promise<string> {
  const expression = name === 'current_database' ? 'current_database()' : `current_setting('${name}')`;
  const { rows } = await pool.query<{ value: string }>(`select ${expression} as value`);
  return rows[0]?.value ?? '';
}

/** Applies to new connections. */
async function explainStatements(pool: Pool, database: string): Promise<void> {
  await pool.query(`load 'auto_explain'`);
  const settings = ['log_min_duration = 0', 'log_analyze = on', 'log_buffers = on'];
  await pool.query(`alter database ${database} set session_preload_libraries = 'auto_explain'`);
  for (const each of settings) await pool.query(`alter database ${database} set auto_explain.${each}`);
}

async function explainStatement(pool: Pool, text: string): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`);
  return [text, ...rows.map((row) => row['QUERY PLAN'])].join('\n');
}

/** The plans of reporting's statements in Postgres' log. All lines of an entry but the first start with a tab. */
export function readPlans(log: string): string[] {
  const entries = log.split(/\n(?!\t)/).map((entry) => entry.replaceAll('\n\t', '\n').trimEnd());
  return entries
    .filter((entry) => /duration: \S+ ms {2}plan:\n/.test(entry) && /\/\* reporting\.(?!health)/.test(entry))
    .map((entry) => entry.slice(entry.indexOf('duration:')));
}

const blockOf = (title: string, text: string) => [`${title}:`, '', '```', ...text.split('\n'), '```', ''];
