/** Runs the README's examples, with only addresses replaced. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Collector, startCollector } from './collector.js';
import { type Consumer, createConsumer } from './package-consumer.js';

let consumer: Consumer;
beforeEach(async () => {
  consumer = await createConsumer(['express', 'fastify']);
});
afterEach(() => consumer.remove());

/** Writes the example of a section into the application's folder. */
async function writeExample(section: string, url: string, port = 8080): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, code = ''] = new RegExp(`## ${section}\\n+\`\`\`js\\n(.*?)\`\`\``, 's').exec(readme) ?? [];
  expect(code).toContain('http://localhost:3000');
  return consumer.write('example.mjs', code.replace('http://localhost:3000', url).replace('8080', String(port)));
}

const run = async (file: string) =>
  (await promisify(execFile)(process.execPath, [file], { cwd: consumer.folder })).stdout;

describe('against Millrace', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it.each([
    ['Script', '0 unsent, 0 dropped\n', ['payment', 'view']],
    ['Spool', '0 kept for the next start\n', ['export_finished']],
  ])('%s: its events are stored', async (section, said, types) => {
    await stack.database.pool.query('truncate events');
    expect(await run(await writeExample(section, stack.ingestionUrl))).toBe(said);
    await eventsStored(stack.database, types.length);
    const { rows } = await stack.database.pool.query('select site_id, event_type from events order by event_type');
    expect(rows).toEqual(types.map((type) => ({ site_id: 'demo', event_type: type })));
  });
});

describe('against a collector', () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector.close());

  async function freePort(): Promise<number> {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }

  it.each(['Express', 'Fastify'])('%s: pages and orders arrive with their visitor', async (section) => {
    const port = await freePort();
    const file = await writeExample(section, collector.url, port);
    const child = endWithTest(spawn(process.execPath, [file], { cwd: consumer.folder, stdio: 'inherit' }));
    const headers = { 'user-agent': 'Mozilla/5.0', 'x-forwarded-for': '203.0.113.7' };
    const url = `http://localhost:${port}`;
    await eventually(async () => (await fetch(`${url}/`, { headers })).ok, 'the example answers');
    expect((await fetch(`${url}/orders`, { method: 'POST', headers })).status).toBe(201);
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(0);
    const context = { ip: '203.0.113.7', user_agent: 'Mozilla/5.0' };
    expect(collector.accepted.map(({ event_id: _id, timestamp: _time, ...rest }) => rest)).toEqual([
      { site_id: 'demo', event_type: 'view', path: 'http://localhost/', context },
      { site_id: 'demo', event_type: 'order', path: 'http://localhost/orders', context, properties: { items: 3 } },
    ]);
  });

  it('Edge: the view is sent after the response', async () => {
    const file = await writeExample('Edge', collector.url);
    const { default: worker } = await import(pathToFileURL(file).href);
    const waited: Promise<unknown>[] = [];
    const headers = { 'user-agent': 'Mozilla/5.0', 'cf-connecting-ip': '203.0.113.7' };
    const request = new Request('https://shop.example/pricing?utm_source=x', { headers });
    const env = { MILLRACE_KEY: 'mr_secret' };
    const answer: Response = await worker.fetch(request, env, {
      waitUntil: (work: Promise<unknown>) => waited.push(work),
    });
    expect(await answer.text()).toBe('Hello');
    expect(await Promise.all(waited)).toEqual([{ unsent: 0 }]);
    const [event] = collector.accepted;
    expect(event).toMatchObject({
      event_type: 'view',
      path: 'https://shop.example/pricing?utm_source=x',
      context: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0' },
    });
    expect(collector.requests[0]?.headers.authorization).toBe('Bearer mr_secret');
  });
});
