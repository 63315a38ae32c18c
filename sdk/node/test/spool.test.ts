import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMillrace, type Problem, type Spool } from '../src/millrace.js';
import { createFileSpool } from '../src/spool.js';
import { type Collector, startCollector } from './collector.js';

let folder: string;
let collector: Collector;
let problems: Problem[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-spool-'));
  collector = await startCollector();
  problems = [];
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await collector.close();
});

const create = (spool: Spool = createFileSpool(folder), url = collector.url) =>
  createMillrace({ url, site: 'demo', spool, onError: (problem) => problems.push(problem) });

/** The contents of all files of all processes. */
const spooledText = () =>
  readdirSync(folder)
    .flatMap((lane) => readdirSync(join(folder, lane)).map((name) => join(folder, lane, name)))
    .filter((file) => file.endsWith('.ndjson'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');

it('has written an event when track() returns', async () => {
  const client = create();
  client.track({ event_type: 'view', path: '/here' });
  expect(spooledText()).toContain('"path":"/here"');
  await client.shutdown();
});

it('removes delivered events, and leaves nothing behind at the end', async () => {
  const client = create();
  client.track({ event_type: 'view' });
  await client.flush();
  expect(spooledText()).toBe('');
  client.track({ event_type: 'view' });
  await client.shutdown();
  expect(readdirSync(folder)).toEqual([]);
});

it('removes files of delivered events while others are still queued', async () => {
  const client = createMillrace({
    url: collector.url,
    site: 'demo',
    spool: createFileSpool(folder),
    random: () => 1,
    onError: (problem) => problems.push(problem),
  });
  for (let number = 0; number < 12; number += 1) {
    client.track({ event_type: 'view', path: `/${number}`, properties: { text: 'x'.repeat(600_000) } });
  }
  const before = spooledText().length;
  collector.answers.push({ status: 200, body: { status: 'ok', accepted: 8, rejected: [] } }, 'silence');
  void client.flush();
  await eventually(async () => collector.requests.length === 2, 'the first eight are delivered');
  expect(await client.shutdown(0)).toEqual({ unsent: 4 });
  expect(before).toBeGreaterThan(7_200_000);
  expect(spooledText().length).toBeLessThan(4_800_000);
  const next = create();
  await next.shutdown();
  expect(collector.accepted.map(({ path }) => path)).toEqual(['/8', '/9', '/10', '/11']);
});

it('hands unsent events to the next client with their id and time, and does not count them as lost', async () => {
  const first = create(createFileSpool(folder), 'http://127.0.0.1:1');
  first.track({ event_type: 'view', path: '/kept' });
  first.track({ event_type: 'view', path: '/kept-too' });
  expect(await first.shutdown(200)).toEqual({ unsent: 2 });
  expect({ dropped: first.dropped, closed: problems.filter(({ reason }) => reason !== 'retrying') }).toEqual({
    dropped: 0,
    closed: [],
  });
  const [line = ''] = spooledText().split('\n');
  const second = create();
  expect(second.unsent).toBe(2);
  await second.flush();
  expect(collector.accepted.map(({ path }) => path)).toEqual(['/kept', '/kept-too']);
  expect(collector.accepted[0]).toEqual(JSON.parse(line).body);
  await second.shutdown();
});

it('sends what several processes left, one after another, even at shutdown', async () => {
  const clients = [1, 2, 3].map(() => create(createFileSpool(folder), 'http://127.0.0.1:1'));
  for (const [number, client] of clients.entries()) client.track({ event_type: 'view', path: `/${number}` });
  for (const client of clients) await client.shutdown(0);
  expect(await create().shutdown()).toEqual({ unsent: 0 });
  expect(collector.requests.map(({ body }) => body.events?.length)).toEqual([1, 1, 1]);
  expect(collector.accepted.map(({ path }) => path).sort()).toEqual(['/0', '/1', '/2']);
  expect(readdirSync(folder)).toEqual([]);
});

it('gives up on events of an earlier process after maxAgeMs too', async () => {
  const first = create(createFileSpool(folder), 'http://127.0.0.1:1');
  first.track({ event_type: 'view', path: '/old' });
  await first.shutdown(0);
  problems.length = 0;
  const second = createMillrace({
    url: collector.url,
    site: 'demo',
    spool: createFileSpool(folder),
    now: () => Date.now() + 90_000_000,
    onError: (problem) => problems.push(problem),
  });
  await second.flush();
  expect(problems.map(({ reason, lost }) => ({ reason, path: lost[0]?.body.path }))).toEqual([
    { reason: 'expired', path: '/old' },
  ]);
  await second.shutdown();
  expect(readdirSync(folder)).toEqual([]);
});

/** A folder as left by a process on another machine. */
function createRemoteLane(silentForMs: number): void {
  const lane = join(folder, 'elsewhere');
  mkdirSync(lane);
  writeFileSync(join(lane, 'owner.json'), JSON.stringify({ host: 'another', pid: process.pid, born: '1' }));
  const body = { event_type: 'view', site_id: 'demo', path: '/elsewhere' };
  const lines = [
    { number: 1, at: Date.now(), body: { ...body, path: '/settled' } },
    { settled: 1 },
    { number: 2, at: Date.now(), body },
  ];
  writeFileSync(join(lane, '1.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const seen = new Date(Date.now() - silentForMs);
  utimesSync(join(lane, 'owner.json'), seen, seen);
}

it('takes over from a process on another machine without a heartbeat for a minute', async () => {
  createRemoteLane(61_000);
  const client = create();
  await client.shutdown();
  expect(collector.accepted.map(({ path }) => path)).toEqual(['/elsewhere']);
  expect(readdirSync(folder)).toEqual([]);
});

it('leaves the events of a process on another machine alone while it has a heartbeat', async () => {
  createRemoteLane(30_000);
  const client = create();
  await client.shutdown();
  expect(collector.accepted).toEqual([]);
  expect(readdirSync(folder)).toEqual(['elsewhere']);
});

it('leaves the events of another client in this process alone', async () => {
  const first = create(createFileSpool(folder), 'http://127.0.0.1:1');
  first.track({ event_type: 'view' });
  const second = create();
  expect(second.unsent).toBe(0);
  await second.shutdown();
  await first.shutdown(0);
});

it('can be used by one client only', async () => {
  const spool = createFileSpool(folder);
  const client = create(spool);
  expect(() => create(spool)).toThrow('this spool already belongs to a client: call createFileSpool once per client');
  await client.shutdown();
});

it('creates its folder for its owner only, and throws at once when it cannot', async () => {
  const inner = join(folder, 'a', 'b');
  const client = create(createFileSpool(inner));
  client.track({ event_type: 'view' });
  const [lane = ''] = readdirSync(inner);
  expect(statSync(join(inner, lane)).mode & 0o777).toBe(0o700);
  await client.shutdown();
  writeFileSync(join(folder, 'file'), '');
  expect(() => create(createFileSpool(join(folder, 'file')))).toThrow('ENOTDIR');
});

it('reports files that cannot be written, and sends the events nevertheless', async () => {
  const client = create();
  const [lane = ''] = readdirSync(folder);
  rmSync(join(folder, lane), { recursive: true });
  client.track({ event_type: 'view' });
  expect(problems.map(({ reason, count, message }) => ({ reason, count, message: message.slice(0, 41) }))).toEqual([
    { reason: 'spool_failed', count: 0, message: 'the spool cannot store an event: ENOENT: ' },
  ]);
  await client.flush();
  expect(collector.accepted).toHaveLength(1);
  await client.shutdown();
  expect(existsSync(folder)).toBe(true);
});
