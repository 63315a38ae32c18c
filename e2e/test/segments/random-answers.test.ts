/** Random questions, answered from segments and by plain SQL in the same snapshot, while sites are in every state that rolls leave them in. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { inSnapshot } from '@millrace/reporting/query/in-snapshot';
import { readRaw } from '@millrace/reporting/query/read-raw';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';
import { randomQuestion } from './random-questions.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const now = new Date('2026-11-10T12:07:00Z');

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  engine = createSegmentEngine({ threads: 2, cacheMb: 8 }, silent);
  await database.pool.query(
    `insert into sites (site_id, hostnames, session_minutes) values ('demo', '{own.example}', 45)`,
  );
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

const store = (count: number) => insertEvents(database.pool, JSON.stringify(randomEvents(random, count, now)));
const roll = () => rollSite(database.pool, 'demo', { now });

const sources = new Map<string, number>();

async function compare(questions: number): Promise<void> {
  for (let index = 0; index < questions; index += 1) {
    const question = randomQuestion(random, now);
    const [ours, plain] = await inSnapshot(
      database.pool,
      async (client) => [await answerQuery(client, question, { engine }), await readRaw(client, question)] as const,
    );
    sources.set(ours.source, (sources.get(ours.source) ?? 0) + 1);
    const { source: _ours, ...answer } = ours;
    expect(answer, `seed ${seed}, ${JSON.stringify(question)}`).toEqual(plain);
  }
}

it('answers like plain SQL before a roll, after it, and with late events', async () => {
  await store(800);
  await compare(10);
  await roll();
  await compare(60);
  await store(200);
  await compare(30);
  await roll();
  await compare(30);
  expect([...sources.keys()].sort()).toContain('segments');
});
