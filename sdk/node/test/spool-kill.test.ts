/** Processes killed while sending: no event is lost or counted twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createRandom } from '@millrace/shared/testing/create-random';
import { endWithTest } from '@millrace/shared/testing/end-with-test';
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

let folder: string;
let proxy: FaultProxy;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-spool-'));
  const random = createRandom(7);
  const nextFault = () => (random() < 0.2 ? 'lose' : 'pass');
  proxy = await startFaultProxy({ target: stack.ingestionUrl, nextFault });
  await stack.database.pool.query('truncate events');
});
afterEach(async () => {
  await proxy.close();
  await rm(folder, { recursive: true });
});

const script = fileURLToPath(new URL('spooling-child.mjs', import.meta.url));

interface Child {
  process: ChildProcess;
  /** Ids of events whose `track()` has returned. */
  tracked: string[];
  exited: Promise<unknown>;
}

function start(url: string, name: string, count: number): Child {
  const child = endWithTest(
    spawn(process.execPath, [script, url, folder, name, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const exited = once(child, 'close');
  const tracked: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => tracked.push(line));
  return { process: child, tracked, exited };
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL');
  await child.exited;
}

const passedCount = () => proxy.outcomes.filter((what) => what === 'pass').length;

/** Waits for this many more requests, then kills it while it is sending. */
async function killWhileSending(child: Child, requests: number): Promise<void> {
  const before = passedCount();
  await eventually(async () => passedCount() >= before + requests, `${child.tracked.length} events are being sent`);
  await kill(child);
}

/** Simulates a write that was cut off. */
async function tearFiles(): Promise<void> {
  for (const lane of await readdir(folder)) {
    const files = (await readdir(join(folder, lane))).filter((name) => name.endsWith('.ndjson'));
    for (const file of files) await appendFile(join(folder, lane, file), '{"number":999999,"at":1,"route":"/ev');
  }
}

async function storedIds(): Promise<string[]> {
  const { rows } = await stack.database.pool.query<{ event_id: string }>('select event_id from events');
  return rows.map(({ event_id: id }) => id);
}

async function expectEachStoredOnce(tracked: string[], atMost: number): Promise<void> {
  await eventsStored(stack.database, tracked.length);
  await eventually(async () => {
    const stored = new Set(await storedIds());
    return tracked.every((id) => stored.has(id));
  }, 'every tracked event is stored');
  const stored = await storedIds();
  expect(new Set(stored).size).toBe(stored.length);
  // For each killed process, one event may be stored whose `track()` had not returned.
  expect(stored.length).toBeLessThanOrEqual(atMost);
}

it('sends what a killed process left, and what a second one left of that, even after half a line', async () => {
  const first = start(proxy.url, 'first', 1_000_000);
  await killWhileSending(first, 5);
  await tearFiles();
  const second = start(proxy.url, 'second', 1_000_000);
  await killWhileSending(second, 5);
  await tearFiles();
  const third = start(proxy.url, 'third', 100);
  await third.exited;
  expect(third.tracked.pop()).toBe('unsent 0');
  const tracked = [...first.tracked, ...second.tracked, ...third.tracked];
  await expectEachStoredOnce(tracked, tracked.length + 2);
  expect(await readdir(folder)).toEqual([]);
});

it('keeps the events of a process that was killed before the server was up', async () => {
  const first = start('http://127.0.0.1:1', 'first', 1_000_000);
  await eventually(async () => first.tracked.length >= 500, 'events are tracked');
  await kill(first);
  const second = start(proxy.url, 'second', 1);
  await second.exited;
  expect(second.tracked.pop()).toBe('unsent 0');
  const tracked = [...first.tracked, ...second.tracked];
  await expectEachStoredOnce(tracked, tracked.length + 1);
});

it('lets several processes share a folder: each sends its own events, and a later one what others left', async () => {
  const running = ['a', 'b', 'c'].map((name) => start(proxy.url, name, 300));
  const dying = start(proxy.url, 'd', 1_000_000);
  await killWhileSending(dying, 3);
  await Promise.all(running.map(({ exited }) => exited));
  expect(running.map(({ tracked }) => tracked.pop())).toEqual(['unsent 0', 'unsent 0', 'unsent 0']);
  const after = ['e', 'f'].map((name) => start(proxy.url, name, 100));
  await Promise.all(after.map(({ exited }) => exited));
  expect(after.map(({ tracked }) => tracked.pop())).toEqual(['unsent 0', 'unsent 0']);
  const tracked = [...running, dying, ...after].flatMap((child) => child.tracked);
  await expectEachStoredOnce(tracked, tracked.length + 1);
  expect(await readdir(folder)).toEqual([]);
});
