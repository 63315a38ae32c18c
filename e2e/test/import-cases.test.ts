/** Imports logs as other servers and proxies write them, and checks views, visitors and pages. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKey } from '@millrace/shared/access/keys';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const command = fileURLToPath(new URL('../../ingestion/dist/import/main.js', import.meta.url));
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Firefox/102.0';
const PHONE =
  'Mozilla/5.0 (Linux; Android 6.0; M BOT 551 Build/MRA58K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 Mobile Safari/537.36';
let stack: Stack;
let folder: string;
/** Events of all sites. */
let expected = 0;
let sites = 0;

beforeAll(async () => {
  stack = await startStack();
  folder = await mkdtemp(join(tmpdir(), 'millrace-import-'));
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true });
});

/** A line in Combined Log Format; bytes beyond ASCII are Latin-1. */
function line({ origin = '203.0.113.7 - -', target = '/', second = 0, agent = FIREFOX, behind = '' }): string {
  const time = `14/Nov/2025:10:00:${String(second).padStart(2, '0')} +0000`;
  return `${origin} [${time}] "GET ${target} HTTP/1.1" 200 5 "-" "${agent}"${behind}\n`;
}

const lines = (...parts: Parameters<typeof line>[0][]) => parts.map(line).join('');

async function writeLog(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, Buffer.from(content, 'latin1'));
  return file;
}

interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

function runImport(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      { env: { PATH: process.env.PATH, ...env } },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

/** Imports the texts as separate files, one after the other, into a new site. Returns the site. */
async function importAll(texts: string[], { events = 0, options = [] as string[] }): Promise<string> {
  sites += 1;
  const site = `case-${sites}`;
  const files = await Promise.all(texts.map((text, index) => writeLog(`${site}-${index}.log`, text)));
  const { exitCode, stderr } = await runImport([...files, '--site', site, '--url', stack.ingestionUrl, ...options]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expected += events;
  return site;
}

/** The contents of a site once all imports so far are stored. */
async function contentOf(site: string) {
  await eventsStored(stack.database, expected);
  const answer = await fetch(`${stack.reportingUrl}/stats?site_id=${site}&limit=20`);
  const stats = (await answer.json()) as Record<string, unknown>;
  const { rows } = await stack.database.pool.query<{ count: number }>(
    '/* e2e.countOfSite */ select count(*)::int as count from events where site_id = $1',
    [site],
  );
  return {
    events: rows[0]?.count,
    views: stats.total_views,
    visitors: stats.unique_users,
    pages: stats.top_paths as { path: string; views: number }[],
  };
}

describe('importing an access log counts', () => {
  it('a page as a view, without its assets', async () => {
    const targets = ['/', '/style.css', '/app.js?v=3', '/logo.png', '/favicon.ico', '/robots.txt', '/fonts/a.woff2'];
    const text = lines(...targets.map((target) => ({ target })));
    const site = await importAll([text], { events: 7 });
    const withAssets = await importAll([text], { events: 7, options: ['--count-assets'] });
    expect(await contentOf(site)).toMatchObject({ events: 7, views: 1 });
    expect(await contentOf(withAssets)).toMatchObject({ events: 7, views: 7 });
  });

  it('a client as one visitor, however its address is written', async () => {
    const logs: [client: string, text: string][] = [
      [
        '203.0.113.1',
        '\0'.repeat(3_000) + lines({ origin: '203.0.113.1 - -' }, { origin: '203.0.113.1 - -', second: 1 }),
      ],
      ['203.0.113.2', lines({ origin: 'a.example:203.0.113.2 - -' }, { origin: 'b.example:203.0.113.2 - -' })],
      ['203.0.113.3', lines({ origin: '203.0.113.3:41001 - -' }, { origin: '203.0.113.3:41002 - -' })],
      ['203.0.113.4', lines({ origin: '203.0.113.4 - -' }, { origin: '::ffff:203.0.113.4 - -' })],
      ['2001:db8::5', lines({ origin: '2001:db8::5 - -' }, { origin: '[2001:DB8:0:0::5]:80 - -' })],
      ['203.0.113.6', lines({ origin: '203.0.113.6, 10.0.0.1 - -' }, { origin: '203.0.113.6 - -' })],
      ['203.0.113.7', lines({ origin: 'www.example.org:443 203.0.113.7 - -' }, { origin: '203.0.113.7 - -' })],
      [
        '203.0.113.8',
        lines({ origin: '203.0.113.8 - -', behind: ' "-" rt=0.01' }, { origin: '203.0.113.8 - -', behind: ' 0.012' }),
      ],
      ['203.0.113.9', lines({ origin: '203.0.113.9 - -' }, { origin: '203.0.113.9 - \\"anna \\"' })],
    ];
    const site = await importAll(
      logs.map(([, text]) => text),
      { events: 18 },
    );
    expect(await contentOf(site)).toMatchObject({ events: 18, views: 18, visitors: 9 });
    const { rows } = await stack.database.pool.query(
      '/* e2e.viewsOfClients */ select user_id, count(*)::int as views from events where site_id = $1 group by user_id',
      [site],
    );
    expect(new Map(rows.map(({ user_id, views }) => [user_id, views]))).toEqual(
      new Map(logs.map(([client]) => [client, 2])),
    );
  });

  it('all spellings of a path as one page, but different bytes as two', async () => {
    const spellings = [
      '/%7Eanna',
      '/~anna',
      '/caf%C3%A9',
      '/caf%c3%a9',
      '/caf\xc3\xa9',
      '/caf\xe9',
      '/caf\\xe9',
      '/caf\xe8',
    ];
    const site = await importAll([lines(...spellings.map((target) => ({ target })))], { events: 8 });
    expect((await contentOf(site)).pages).toEqual([
      { path: '/caf%C3%A9', views: 3 },
      { path: '/caf%E9', views: 2 },
      { path: '/~anna', views: 2 },
      { path: '/caf%E8', views: 1 },
    ]);
  });

  it('one page whatever its query string, which is stored with host and status', async () => {
    const origin = 'www.example.org 203.0.113.7 - -';
    const text = lines({ origin, target: '/?p=12' }, { origin, target: '/?p=13' }, { target: '/search?q=a%20b&q=%e9' });
    const site = await importAll([text], { events: 3 });
    expect((await contentOf(site)).pages).toEqual([
      { path: '/', views: 2 },
      { path: '/search', views: 1 },
    ]);
    const { rows } = await stack.database.pool.query(
      `/* e2e.queriesOfSite */ select properties->>'query' as query, properties->>'hostname' as hostname,
      properties->>'status' as status from events where site_id = $1 order by query`,
      [site],
    );
    expect(rows).toEqual([
      { query: 'p=12', hostname: 'www.example.org', status: '200' },
      { query: 'p=13', hostname: 'www.example.org', status: '200' },
      { query: 'q=a%20b&q=%E9', hostname: null, status: '200' },
    ]);
  });

  it('a phone with an unusual model name as a person', async () => {
    expect(await contentOf(await importAll([lines({ agent: PHONE })], { events: 1 }))).toMatchObject({ views: 1 });
  });

  it('bots by name when they are requested', async () => {
    const text = lines({}, { agent: 'curl/8.5.0', target: '/robots', second: 1 });
    const site = await importAll([text, text], { events: 2, options: ['--include-bots'] });
    expect(await contentOf(site)).toMatchObject({ events: 2, views: 1, pages: [{ path: '/', views: 1 }] });
    const parameters = `site_id=${site}&date_range=all&metrics=views&dimensions=bot&include_bots=true`;
    const answer = await fetch(`${stack.reportingUrl}/api/v1/query?${parameters}`);
    expect(((await answer.json()) as { results: unknown }).results).toEqual([
      { dimensions: ['curl'], metrics: [1] },
      { dimensions: [null], metrics: [1] },
    ]);
  });

  it('JSON lines and W3C Extended like any other format', async () => {
    const request = {
      client_ip: '203.0.113.7',
      method: 'GET',
      host: 'a.example',
      uri: '/',
      headers: { 'User-Agent': [FIREFOX] },
    };
    const json = JSON.stringify({ ts: 1763114400.5, request, status: 200, size: 5 });
    const w3c = `#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n2025-11-14 10:00:01 203.0.113.7 GET / 200 ${FIREFOX.replaceAll(' ', '+')}`;
    const site = await importAll([`${json}\n`, `${w3c}\n`], { events: 2 });
    expect(await contentOf(site)).toMatchObject({ views: 2, visitors: 1 });
  });
});

describe('an imported line counts once', () => {
  const all = [0, 1, 2, 3].map((second) => line({ target: `/${second}`, second }));

  it('when a log is imported in parts and then whole', async () => {
    const pieces = [all.slice(0, 2), all.slice(2), all, all.slice(1, 3), all.toReversed()];
    const site = await importAll(
      pieces.map((piece) => piece.join('')),
      { events: 4 },
    );
    expect(await contentOf(site)).toMatchObject({ events: 4 });
  });

  it('for each equal line in one file, and again for another source', async () => {
    const text = line({}).repeat(3);
    const site = await importAll([text, text], { events: 3 });
    const file = await writeLog('source.log', text);
    await runImport([file, '--site', site, '--url', stack.ingestionUrl, '--source', 'web-2']);
    expected += 3;
    expect(await contentOf(site)).toMatchObject({ events: 6 });
  });
});

describe('the import command', () => {
  it('sends a key when ingestion requires one, and says so when it is missing', async () => {
    const { key } = await createKey(stack.database.pool, { name: 'logs', scopes: ['write'] });
    const ingestion = await spawnService('ingestion', { ...stack.env, INGEST_AUTH: 'key' });
    const args = [await writeLog('key.log', line({})), '--site', 'keyed', '--url', ingestion.url];
    const refused = await runImport(args);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toMatch(
      /refuses with 401: .*\. Give a key with the scope write with --key or MILLRACE_KEY\.\n$/,
    );
    expect((await runImport(args, { MILLRACE_KEY: key })).exitCode).toBe(0);
    expect((await runImport([...args, '--key', key])).exitCode).toBe(0);
    await ingestion.end();
  });

  it('suggests at once that Millrace is not running when nothing listens', async () => {
    const ingestion = await spawnService('ingestion', stack.env);
    await ingestion.end();
    const args = [await writeLog('alone.log', line({})), '--site', 'alone', '--url', ingestion.url];
    expect((await runImport(args)).stderr).toBe(
      `import: ${ingestion.url} is unreachable (ECONNREFUSED). Is Millrace running? Start it with npm start, or give the URL of ingestion with --url.\n`,
    );
  });
});
