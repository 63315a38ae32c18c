/** What happens to tasks when the pool is closed, when threads die, and when a task cannot be sent. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Task } from '../../src/segments/tasks.js';
import { createThreadPool } from '../../src/segments/thread-pool.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-pool-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function poolOf(source: string, threads = 1) {
  const script = join(folder, `${Math.random()}.mjs`);
  writeFileSync(script, `import { parentPort } from 'node:worker_threads';\n${source}`);
  return createThreadPool(threads, silent, pathToFileURL(script));
}

/** The threads in these tests run other tasks than the engine does. */
const task = (more: object = {}) => ({ kind: 'unpack', blocks: [], ...more }) as Task;
const unavailable = { code: 'engine_unavailable' };

it('rejects running tasks when it is closed', async () => {
  const pool = poolOf(`parentPort.on('message', () => {});`, 2);
  const running = [pool.run(task()), pool.run(task()), pool.run(task())].map((each) =>
    expect(each).rejects.toMatchObject(unavailable),
  );
  await pool.close();
  await Promise.all(running);
});

it('starts all threads before the first task, and only once', async () => {
  const mark = join(folder, 'warm');
  writeFileSync(mark, '');
  const source = `import { appendFileSync } from 'node:fs';
parentPort.on('message', ({ id, task }) => {
  appendFileSync(${JSON.stringify(mark)}, task.kind + ' ');
  parentPort.postMessage({ id, result: task.kind });
});`;
  const pool = poolOf(source, 2);
  pool.start();
  pool.start();
  await eventually(async () => readFileSync(mark, 'utf8') === 'warmUp '.repeat(12), 'two threads have warmed up');
  expect(await Promise.all([pool.run(task()), pool.run(task())])).toEqual(['unpack', 'unpack']);
  await pool.close();
});

it('still runs tasks when threads die before their first task', async () => {
  const source = `parentPort.on('message', ({ id, task }) => {
  if (task.kind === 'warmUp') process.exit(1);
  parentPort.postMessage({ id, result: 'done' });
});`;
  const pool = poolOf(source, 2);
  pool.start();
  expect(await pool.run(task())).toBe('done');
  await pool.close();
});

it('runs a query between two rounds of warming up', async () => {
  const source = `let rounds = 0;
parentPort.on('message', ({ id, task }) => {
  if (task.kind === 'warmUp') rounds += 1;
  parentPort.postMessage({ id, result: rounds });
});`;
  const pool = poolOf(source);
  pool.start();
  expect(await pool.run(task())).toBe(1);
  await pool.close();
});

it('warms up its threads without a failure', async () => {
  const pool = createThreadPool(1, silent);
  expect(await pool.run({ kind: 'warmUp' })).toBeUndefined();
  await pool.close();
});

it('starts no threads after it is closed', async () => {
  const mark = join(folder, 'started');
  const pool = poolOf(`import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '');`);
  await pool.close();
  await expect(pool.run(task())).rejects.toMatchObject(unavailable);
});

it('rejects a task that cannot be sent, and runs the next one', async () => {
  const pool = poolOf(`parentPort.on('message', ({ id }) => parentPort.postMessage({ id, result: 'done' }));`);
  await expect(pool.run(task({ take: () => {} }))).rejects.toThrow('could not be cloned');
  expect(await pool.run(task())).toBe('done');
  await pool.close();
});

it('rejects a task that cannot be sent a second time when its thread dies', async () => {
  const pool = poolOf(`parentPort.on('message', () => process.exit(1));`);
  let sent = 0;
  const once = {
    get blocks() {
      sent += 1;
      return sent === 1 ? [] : () => {};
    },
  };
  await expect(pool.run(Object.defineProperties(task(), Object.getOwnPropertyDescriptors(once)))).rejects.toThrow(
    'could not be cloned',
  );
  await pool.close();
});
