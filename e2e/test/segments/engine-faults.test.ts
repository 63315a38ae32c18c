/** The engine with corrupt blocks, dying threads, little memory, and clients that disconnect. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { answerPanels } from '@millrace/reporting/segments/answer-panels';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createThreadPool } from '@millrace/reporting/segments/thread-pool';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';

const now = new Date('2026-11-10T12:07:00Z');
const query: ResolvedQuery = {
  siteId: 'demo',
  timezone: 'UTC',
  range: { from: new Date('2026-09-20T00:00:00Z'), to: new Date('2026-11-08T00:00:00Z') },
  metrics: ['views', 'visitors', 'visits'],
  dimensions: ['path', 'property:plan'],
  orderBy: [{ key: 'views', direction: 'desc' }],
  limit: 50,
  offset: 0,
  totalRows: true,
  timeLabels: false,
};

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-threads-'));
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  await insertEvents(database.pool, JSON.stringify(randomEvents(createRandom(7), 1_000, now)));
  await rollSite(database.pool, 'demo', { now });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

const ask = (engine: SegmentEngine | undefined, signal?: AbortSignal) =>
  inSnapshot(database.pool, (client) => answerQuery(client, query, { engine, signal }));
const plain = () => inSnapshot(database.pool, (client) => readRaw(client, query));

/** An engine whose threads run `before` first. */
function engineWith(before: string): SegmentEngine {
  const script = join(folder, `thread-${Math.random()}.mjs`);
  const real = new URL(import.meta.resolve('@millrace/reporting/segments/engine-thread')).href;
  writeFileSync(script, `${before}\nawait import(${JSON.stringify(real)});\n`);
  const engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent);
  return { ...engine, pool: createThreadPool(1, silent, pathToFileURL(script)) };
}

it('answers from a new thread when one dies', async () => {
  const mark = join(folder, 'died');
  const dyingOnce = `import { existsSync, writeFileSync } from 'node:fs';
    if (!existsSync(${JSON.stringify(mark)})) { writeFileSync(${JSON.stringify(mark)}, ''); process.exit(1); }`;
  const engine = engineWith(dyingOnce);
  const { source, ...answer } = await ask(engine);
  expect(source).toBe('segments');
  expect(answer).toEqual(await plain());
  await engine.pool.close();
});

it('refuses with 503 a query that kills two threads', async () => {
  const engine = engineWith('process.exit(1);');
  await expect(ask(engine)).rejects.toMatchObject({ code: 'engine_unavailable' });
  await engine.pool.close();
});

it('stops counting when no client is waiting any more', async () => {
  const engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent);
  await ask(engine);
  const leaving = new AbortController();
  leaving.abort();
  await expect(ask(engine, leaving.signal)).rejects.toMatchObject({ code: 'query_timeout' });
  await engine.pool.close();
});

it('answers the same with so little memory that hardly anything is cached', async () => {
  const engine = createSegmentEngine({ threads: 1, cacheMb: 0.02 }, silent);
  for (let round = 0; round < 3; round += 1) {
    const { source: _source, ...answer } = await ask(engine);
    expect(answer).toEqual(await plain());
    expect(engine.memory.size).toBeLessThan(30_000);
  }
  await engine.pool.close();
});

it('reads raw events when a block is corrupt, and has the segment rebuilt', async () => {
  await database.pool.query(
    `update segments set data = overlay(data placing '\\xffff'::bytea from (directory -> 'blocks' -> 'path' ->> 1)::int + 15)
     where starts = (select min(starts) from segments where rows > 0)`,
  );
  const engine = createSegmentEngine({ threads: 1, cacheMb: 8 }, silent, database.pool);
  const { source, ...answer } = await ask(engine);
  expect(source).toBe('mixed');
  expect(answer).toEqual(await plain());
  await rollSite(database.pool, 'demo', { now });
  const again = await ask(engine);
  expect({ source: again.source, rows: again.rows }).toEqual({ source: 'segments', rows: answer.rows });
  await engine.pool.close();
});

it('refuses a batch whose counts cannot be merged, and continues', async () => {
  const engine = createSegmentEngine({ threads: 2, cacheMb: 8, minEventsPerThread: 1 }, silent);
  await ask(engine);
  const run: SegmentEngine['pool']['run'] = (_task, take) =>
    new Promise((resolve) => {
      setImmediate(() => {
        take?.({ panel: 0, groups: null } as never);
        resolve(undefined as never);
      });
    });
  const broken = { ...engine, pool: { ...engine.pool, run } };
  const answered = inSnapshot(database.pool, (client) =>
    answerPanels(client, broken, { panels: [{ query: query }] }, {}, () => {}),
  );
  await expect(answered).rejects.toThrow(TypeError);
  await engine.pool.close();
});
