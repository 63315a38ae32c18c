/** Turns the questions into the plans by which Postgres answers them: plain SQL, and what reporting sends for each. */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresFiles } from '@millrace/dev/init-postgres';
import type { Pool } from '@millrace/shared/postgres';
import { type Bench, withClosing } from '../bench.js';
import type { Database } from '../sides/create-database.js';
import { startReporting } from '../sides/start-sides.js';
import { biggestSite } from '../traffic/traffic-sites.js';
import type { QueryCase } from './query-cases.js';
import { jsonPost, timeRequest } from './time-request.js';

interface Question {
  name: string;
  path: string;
  init?: RequestInit;
  raw?: QueryCase['raw'];
}

const asQuestion = ({ name, body, raw }: QueryCase): Question => ({
  name,
  path: '/api/v1/query',
  init: jsonPost(body),
  raw,
});

const today = (): Question => ({
  name: 'today so far',
  path: `/stats?site_id=${biggestSite.id}&date=${new Date().toISOString().slice(0, 10)}`,
});

/**
 * A reporting service of its own asks, whose every statement Postgres explains in its log. Markdown lines. Today comes first,
 * as long as its interval is open.
 */
export const explainPlans = (bench: Bench, { pool, url }: Database, cases: QueryCase[]): Promise<string[]> =>
  withClosing(bench, async (closing) => {
    const log = postgresFiles(dirname(await setting(pool, 'data_directory'))).logFile;
    const { size: logStart } = statSync(log);
    await explainStatements(pool, await setting(pool, 'current_database'));
    const reporting = await startReporting(bench, closing, { DATABASE_URL: url });
    const lines: string[] = [];
    let seen = logStart;
    for (const { name, path, init, raw } of [today(), ...cases.map(asQuestion)]) {
      await timeRequest(`${reporting.url}${path}`, init);
      // Postgres writes its log after it has answered.
      await sleep(200);
      lines.push(`## ${name}`, '', ...(raw ? blockOf('Plain SQL', await explainRaw(pool, raw)) : []));
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

/** For connections made from now on. */
async function explainStatements(pool: Pool, database: string): Promise<void> {
  await pool.query(`load 'auto_explain'`);
  const settings = ['log_min_duration = 0', 'log_analyze = on', 'log_buffers = on'];
  await pool.query(`alter database ${database} set session_preload_libraries = 'auto_explain'`);
  for (const each of settings) await pool.query(`alter database ${database} set auto_explain.${each}`);
}

async function explainRaw(pool: Pool, { text, values }: QueryCase['raw']): Promise<string> {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, values);
  return [text, ...rows.map((row) => row['QUERY PLAN'])].join('\n');
}

/** Lines of one entry begin with a tab, but for the first. */
export function readPlans(log: string): string[] {
  const entries = log.split(/\n(?!\t)/).map((entry) => entry.replaceAll('\n\t', '\n').trimEnd());
  return entries
    .filter((entry) => /duration: \S+ ms {2}plan:\n/.test(entry) && /\/\* reporting\.(?!health)/.test(entry))
    .map((entry) => entry.slice(entry.indexOf('duration:')));
}

const blockOf = (title: string, text: string) => [`${title}:`, '', '```', ...text.split('\n'), '```', ''];
