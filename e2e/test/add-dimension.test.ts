/**
 * Adds session_id to the dimensions of rollups, by the one line that the README names, in processes of their own: answers are
 * right before the upgrade, after it, while it is rolled in, and beside a processor of the release before.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addJob } from '@millrace/shared/add-job';
import { openQueue, type QueueHandle } from '@millrace/shared/queue';
import { silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post } from './send-events.js';

const rollQueue = 'site-aggregation';
const dayMs = 86_400_000;
let stack: Stack;
let writer: SpawnedService;
let reporting: SpawnedService;
let queue: QueueHandle;
let folder: string;
/** Makes a process load shared/src/rollups with one line more. */
let upgraded: NodeJS.ProcessEnv;

const line = `{ name: 'session', dimension: 'session_id', value: () => "coalesce(session_id, '')", absent: 'session_id' },`;

/** Hooks that add the line to the list as the module is loaded. */
function writeUpgrade(): string {
  const hooks = `export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (!url.endsWith('/shared/dist/rollups.js')) return loaded;
  const source = String(loaded.source);
  if (!source.includes('export const rollupDimensions = [')) throw new Error('the list of dimensions is not where it was');
  return { ...loaded, source: source.replace('export const rollupDimensions = [', (list) => list + ${JSON.stringify(line)}) };
}
`;
  const hooksFile = join(folder, 'hooks.mjs');
  const file = join(folder, 'upgrade.mjs');
  writeFileSync(hooksFile, hooks);
  writeFileSync(
    file,
    `import { register } from 'node:module';\nregister(${JSON.stringify(pathToFileURL(hooksFile).href)});\n`,
  );
  return file;
}

/** A kept answer says how it was counted when it was, whatever is rolled since. */
const computed = { CACHE_MB: '0' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dimension-'));
  upgraded = { NODE_OPTIONS: `--import ${pathToFileURL(writeUpgrade()).href}` };
  stack = await startStack({ processors: 0, env: computed });
  writer = await spawnService('processor', stack.env, ['--queues', 'event-ingest']);
  reporting = await spawnService('reporting', { ...stack.env, ...upgraded });
  queue = openQueue(rollQueue, { kind: 'postgres', url: stack.databaseUrl, prefix: 'millrace' }, silent);
  await queue.queue.waitUntilReady();
});
afterAll(async () => {
  await queue.close();
  await Promise.all([writer.end(), reporting.end()]);
  await stack.stop();
  rmSync(folder, { recursive: true });
});

let stored = 0;
async function send(daysAgo: number, session_id: string | undefined, user_id: string): Promise<void> {
  const timestamp = new Date(Date.now() - daysAgo * dayMs).toISOString();
  const event = {
    site_id: 'demo',
    event_type: 'view',
    path: '/',
    user_id,
    timestamp,
    ...(session_id && { session_id }),
  };
  expect(await post(`${stack.ingestionUrl}/events`, [{ ...event, event_id: `e${stored}` }])).toBe(200);
  stored += 1;
  await eventsStored(stack.database, stored);
}

/** One roll by a processor of its own, from its start to its end. */
async function roll(env: NodeJS.ProcessEnv): Promise<void> {
  const roller = await spawnService('processor', { ...stack.env, ...env }, ['--queues', rollQueue]);
  const jobId = `roll-${Date.now()}`;
  await addJob(queue.queue, 'roll', { site_id: 'demo' }, { jobId });
  await eventually(async () => (await queue.queue.getJobState(jobId)) === 'completed', 'the site is rolled');
  await roller.end();
}

async function bySession(): Promise<{ rows: Record<string, number[]>; source: string }> {
  const body = { site_id: 'demo', metrics: ['events', 'visitors'], date_range: '30d', dimensions: ['session_id'] };
  const response = await fetch(`${reporting.url}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { results, meta } = (await response.json()) as {
    results: { dimensions: (string | null)[]; metrics: number[] }[];
    meta: { source: string };
  };
  return {
    rows: Object.fromEntries(results.map(({ dimensions, metrics }) => [String(dimensions[0]), metrics])),
    source: meta.source,
  };
}

it('a dimension without rollups is counted from raw events, before and after a roll that does not know it', async () => {
  await send(20, 's1', 'ada');
  await send(20, 's2', 'bob');
  await send(3, 's1', 'ada');
  await send(3, 's1', 'eve');
  await send(3, undefined, 'eve');
  const right = { s1: [3, 2], s2: [1, 1], null: [1, 1] };
  expect(await bySession()).toEqual({ rows: right, source: 'raw' });
  await roll({});
  expect(await bySession()).toEqual({ rows: right, source: 'raw' });
});

it('a roll of the upgraded processor fills it in by itself, and answers stay the same', async () => {
  await roll(upgraded);
  const right = { s1: [3, 2], s2: [1, 1], null: [1, 1] };
  expect(await bySession()).toEqual({ rows: right, source: 'rollup' });
  const { rows } = await stack.database.pool.query(
    `select count(*)::int as rows from rollup_days where dimension = 'session' and event_type = 'view'`,
  );
  expect(rows).toEqual([{ rows: 4 }]);
});

it('a roll of the release before takes its claim back instead of leaving it half true', async () => {
  await send(3, 's2', 'zoe');
  await roll({});
  const right = { s1: [3, 2], s2: [2, 2], null: [1, 1] };
  expect(await bySession()).toEqual({ rows: right, source: 'raw' });
  await roll(upgraded);
  expect(await bySession()).toEqual({ rows: right, source: 'rollup' });
});
