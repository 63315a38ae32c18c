/** Seeded traffic goes through the whole system and is counted once, as the command reports. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';

const execute = promisify(execFile);
const command = fileURLToPath(new URL('../../ingestion/dist/seed/main.js', import.meta.url));
let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());

async function runSeed(args: string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    MILLRACE_URL: stack.ingestionUrl,
    MILLRACE_REPORTING_URL: stack.reportingUrl,
  };
  return (await execute(process.execPath, [command, ...args], { env })).stdout;
}

const few = ['--visitors-per-day', '25', '--days', '4', '--until', '2026-03-08'];
const countOf = (summary: string, row: string) =>
  Number(new RegExp(`^ {2}${row} +([\\d,]+)$`, 'm').exec(summary)![1]!.replaceAll(',', ''));

/** Numbers of events, bot events, visitors and days. */
async function storedOf(site: string) {
  const { rows } = await stack.database.pool.query(
    `/* e2e.seededSite */
    select count(*)::int as events, count(bot)::int as "byBots",
      count(distinct user_id) filter (where bot is null)::int as visitors,
      count(distinct (timestamp at time zone 'UTC')::date)::int as days
    from events where site_id = $1`,
    [site],
  );
  return rows[0];
}

/** Events that the processor received but had already stored. */
async function duplicates(): Promise<number> {
  const text = await (await fetch(`${stack.processors[0]!.url}/metrics`)).text();
  return Number(/^millrace_processor_duplicate_events_total (\d+)$/m.exec(text)?.[1]);
}

it('stores what the command says it sent, and nothing new when it is run again', async () => {
  const summary = await runSeed([...few, '--site', 'demo']);
  const [events, byBots, visitors] = ['events', 'by bots', 'visitors'].map((row) => countOf(summary, row));
  await eventsStored(stack.database, events!);
  expect(await storedOf('demo')).toEqual({ events, byBots, visitors, days: 4 });
  const before = await duplicates();
  expect(await runSeed([...few, '--site', 'demo'])).toBe(summary);
  await eventually(async () => (await duplicates()) === before + events!, 'every event was seen again');
  expect(await storedOf('demo')).toEqual({ events, byBots, visitors, days: 4 });
});

/** What the command sends, recorded by a server that accepts everything. */
async function eventsSent(args: string[]): Promise<Record<string, unknown>[]> {
  const events: Record<string, unknown>[] = [];
  const server = createServer(async (req, res) => {
    const lines = Buffer.concat(await req.toArray())
      .toString()
      .split('\n');
    events.push(...lines.map((line) => JSON.parse(line)));
    res.end(JSON.stringify({ accepted: lines.length, rejected: [] }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await runSeed([...args, '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  server.close();
  return events;
}

it('stores every column of each event as sent', async () => {
  const sent = await eventsSent([...few, '--site', 'demo']);
  const { rows } = await stack.database.pool.query<{ event: Record<string, unknown> & { timestamp: string } }>(
    `/* e2e.seededEvents */
    select jsonb_strip_nulls(to_jsonb(events) - array['created_at', 'txid']) as event from events where site_id = 'demo'`,
  );
  const stored = rows.map(({ event }) => ({ ...event, timestamp: new Date(event.timestamp).toISOString() }));
  const inOrder = (events: Record<string, unknown>[]) =>
    events.sort((one, other) => String(one.event_id).localeCompare(String(other.event_id)));
  expect(inOrder(stored)).toEqual(inOrder(sent));
});

it('works as the README prints it, and ends with a query that has an answer', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, printed = ''] = /^npm run seed -- (.+)$/m.exec(readme) ?? [];
  const summary = await runSeed([...printed.split(' '), '--days', '3', '--visitors-per-day', '10']);
  const [, curlCommand = ''] = /\n {2}(curl .+)\n/.exec(summary) ?? [];
  const visitors = countOf(summary, 'visitors');
  const ask = async () => JSON.parse((await execute('bash', ['-c', curlCommand])).stdout);
  await eventually(async () => (await storedOf('demo-shop')).visitors === visitors, 'all of it is stored');
  const { results, meta } = await ask();
  expect(meta.site_known).toBe(true);
  const { rows } = await stack.database.pool.query(
    `/* e2e.visitorsOfGoogle */
    select count(distinct user_id)::int as visitors from events where site_id = 'demo-shop' and source = 'Google'`,
  );
  const google = results.find(({ dimensions }: { dimensions: string[] }) => dimensions[0] === 'Google');
  expect(google.metrics[0]).toBe(rows[0].visitors);
});
