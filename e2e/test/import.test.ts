/** A real web server's log, imported through the whole system, is counted correctly, and only once however often it is imported. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Truth {
  file: string;
  lines: number;
  parsable: number;
  views: number;
  uniqueUsers: number;
  topPaths: { path: string; views: number }[];
  /** Without assets and bots. */
  byDefault: { bots: number; views: number; uniqueUsers: number };
  /** Lines per day, UTC. */
  days: { day: string; events: number }[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

/** Ten thousand lines, stored outside the repository. Counted with awk, not with our parser. */
const wholeLog: Truth = {
  file: `${root}../shared/data/access.log.gz`,
  lines: 10_000,
  parsable: 9_999,
  views: 9_535,
  uniqueUsers: 1_681,
  topPaths: [
    { path: '/favicon.ico', views: 799 },
    { path: '/', views: 572 },
    { path: '/style2.css', views: 546 },
  ],
  byDefault: { bots: 2_819, views: 1_664, uniqueUsers: 939 },
  days: [
    { day: '2015-05-17', events: 1_632 },
    { day: '2015-05-18', events: 2_893 },
    { day: '2015-05-19', events: 2_896 },
    { day: '2015-05-20', events: 2_578 },
  ],
};

/** The first 200 of these lines, in every clone. Also counted with awk. */
const sample: Truth = {
  file: `${root}e2e/sample/access-sample.log`,
  lines: 200,
  parsable: 200,
  views: 197,
  uniqueUsers: 50,
  topPaths: [
    { path: '/favicon.ico', views: 16 },
    { path: '/reset.css', views: 15 },
    { path: '/', views: 14 },
    { path: '/images/jordan-80.png', views: 14 },
    { path: '/style2.css', views: 14 },
  ],
  byDefault: { bots: 81, views: 21, uniqueUsers: 18 },
  days: [{ day: '2015-05-17', events: 200 }],
};

const truths = [sample, ...(existsSync(wholeLog.file) ? [wholeLog] : [])];
let stack: Stack;
let db: pg.Client;

beforeAll(async () => {
  stack = await startStack({ backend: 'postgres' });
  db = new pg.Client(stack.databaseUrl);
  await db.connect();
});

afterAll(async () => {
  await db?.end();
  await stack?.stop();
});

const EVERYTHING = ['--include-bots', '--count-assets'];

async function importLog(file: string, site: string, options: string[]): Promise<string> {
  const args = [file, '--site', site, '--url', stack.ingestionUrl, ...options];
  return (await execute(process.execPath, [`${root}ingestion/dist/import/main.js`, ...args])).stdout;
}

async function statsOf(site: string, limit: number): Promise<unknown> {
  return (await fetch(`${stack.reportingUrl}/stats?site_id=${site}&limit=${limit}`)).json();
}

/** The same with bots, which /stats excludes. */
async function statsWithBots(siteId: string, limit: number) {
  const ask = async (metrics: string[], more: object = {}) => {
    const about = { site_id: siteId, date_range: 'all', filters: ['is', 'event_type', ['view']], include_bots: true };
    const body = JSON.stringify({ ...about, metrics, ...more });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${stack.reportingUrl}/api/v1/query`, { method: 'POST', headers, body });
    return ((await answer.json()) as { results: { dimensions: string[]; metrics: number[] }[] }).results;
  };
  const [total] = await ask(['views', 'visitors']);
  const byPath = {
    dimensions: ['path'],
    order_by: [
      ['views', 'desc'],
      ['path', 'asc'],
    ],
    pagination: { limit },
  };
  const paths = await ask(['views'], byPath);
  return {
    total_views: total!.metrics[0],
    unique_users: total!.metrics[1],
    top_paths: paths.map(({ dimensions: [path], metrics: [views] }) => ({ path, views })),
  };
}

async function eventsPerDay(site: string): Promise<unknown[]> {
  const { rows } = await db.query(
    `/* e2e.eventsPerDay */
    select to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as events
    from events where site_id = $1 group by day order by day`,
    [site],
  );
  return rows;
}

/** Events that the processor received but had already stored. */
async function duplicates(): Promise<number> {
  const text = await (await fetch(`${stack.processors[0]?.url}/metrics`)).text();
  return Number(/^millrace_processor_duplicate_events_total (\d+)$/m.exec(text)?.[1]);
}

const ASSET =
  /(^\/robots\.txt|\.(css|js|mjs|map|ico|gif|jpe?g|png|webp|avif|svg|bmp|tiff?|woff2?|ttf|otf|eot|xml|rss|atom))$/i;

/** Counts views, by default without assets, by splitting lines at their quotes, and lines of the given user agents. */
function countPlainly(file: string, agents: Set<string>, isAsset = (path: string) => ASSET.test(path)) {
  const bytes = readFileSync(file);
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().trimEnd().split('\n');
  const wholeLines = lines.map((line) => line.split('"')).filter((parts) => parts.length >= 7);
  const persons = wholeLines.filter(([, , , , , agent]) => !agents.has(agent as string));
  const views = persons.filter(([, request = '', outcome = '']) => {
    const [method, target = ''] = request.split(' ');
    return method === 'GET' && /^ (200|304) /.test(outcome) && !isAsset(target.split('?')[0] as string);
  });
  const users = new Set(views.map(([origin = '']) => origin.split(' ')[0]));
  return { bots: wholeLines.length - persons.length, views: views.length, uniqueUsers: users.size };
}

async function expectTruth(site: string, truth: Truth): Promise<void> {
  expect(await eventsPerDay(site)).toEqual(truth.days);
  expect(await statsWithBots(site, truth.topPaths.length)).toEqual({
    total_views: truth.views,
    unique_users: truth.uniqueUsers,
    top_paths: truth.topPaths,
  });
}

describe.each(truths)('a log of $lines lines', (truth) => {
  const site = `log-${truth.lines}`;

  it('counts a log exactly as awk does', async () => {
    const { rows } = await db.query('select count(*)::int as count from events');
    const summary = await importLog(truth.file, site, EVERYTHING);
    expect(summary).toContain(`  accepted     ${truth.parsable.toLocaleString('en').padStart(14)}\n`);
    expect(summary).toContain(`  unparsable   ${String(truth.lines - truth.parsable).padStart(14)}\n`);
    await eventsStored(stack.database, rows[0].count + truth.parsable);
    await expectTruth(site, truth);
  });

  it('changes nothing when the log is imported again', async () => {
    const before = await duplicates();
    await importLog(truth.file, site, EVERYTHING);
    await eventually(async () => (await duplicates()) === before + truth.parsable, 'every event was seen again');
    await expectTruth(site, truth);
  });

  it('counts assets and bots only on request, and lists the user agents it took for bots', async () => {
    const { rows } = await db.query('select count(*)::int as count from events');
    const summary = await importLog(truth.file, `${site}-default`, ['--show-bots']);
    const skipped = [...summary.matchAll(/^ +([\d,]+) {2}(\S.*)$/gm)];
    const agents = new Set(skipped.map(([, , agent]) => agent as string));
    const plain = countPlainly(truth.file, agents);
    expect(plain).toEqual(truth.byDefault);
    expect(summary).toMatch(new RegExp(`bots skipped +${plain.bots.toLocaleString('en')}\n`));
    await eventsStored(stack.database, rows[0].count + truth.parsable - plain.bots);
    expect(await statsOf(`${site}-default`, 1)).toMatchObject({
      total_views: plain.views,
      unique_users: plain.uniqueUsers,
    });
    // After importing everything, the same user agents still do not count unless they are requested.
    const people = countPlainly(truth.file, agents, () => false);
    expect(await statsOf(site, 1)).toMatchObject({ total_views: people.views, unique_users: people.uniqueUsers });
  });
});
