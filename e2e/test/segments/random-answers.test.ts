/** Random questions, answered from segments and by plain SQL in the same snapshot, while sites are in every state that rolls leave them in. */
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createRandom } from '@millrace/shared/testing/create-random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomQuestion } from './random-questions.js';
import { type SegmentSite, siteNow, startSegmentSite } from './segment-site.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let site: SegmentSite;
beforeAll(async () => {
  site = await startSegmentSite(random, { hostnames: ['own.example'], sessionMinutes: 45 });
});
afterAll(() => site.stop());

const sources = new Map<string, number>();

async function compare(questions: number): Promise<void> {
  for (let index = 0; index < questions; index += 1) {
    const question = randomQuestion(random, siteNow);
    const [ours, plain] = await inSnapshot(
      site.database.pool,
      async (client) =>
        [await answerQuery(client, question, { engine: site.engine }), await readRaw(client, question)] as const,
    );
    sources.set(ours.source, (sources.get(ours.source) ?? 0) + 1);
    const { source: _ours, ...answer } = ours;
    expect(answer, `seed ${seed}, ${JSON.stringify(question)}`).toEqual(plain);
  }
}

it('answers like plain SQL before a roll, after it, and with late events', async () => {
  await site.store(800);
  await compare(10);
  await site.roll();
  await compare(60);
  await site.store(200);
  await compare(30);
  await site.roll();
  await compare(30);
  expect([...sources.keys()].sort()).toContain('segments');
});
