/** Random batches: each of their queries is answered as when it is asked alone, and as plain SQL answers it, in the same snapshot. */
import { answerBatch, type Batch } from '@millrace/reporting/query/answer-batch';
import { type Answer, answerQuery } from '@millrace/reporting/query/answer-query';
import type { Filter, ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import type { Panel } from '@millrace/reporting/segments/answer-panels';
import type { SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import type { PoolClient } from '@millrace/shared/postgres';
import { createRandom } from '@millrace/shared/testing/create-random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFilter, randomQuestion, randomRange } from './random-questions.js';
import { type SegmentSite, siteNow, startSegmentSite } from './segment-site.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);

let site: SegmentSite;
beforeAll(async () => {
  site = await startSegmentSite(random);
});
afterAll(() => site.stop());

/** Some of what segments cannot answer goes its own way. */
const sessions: Filter = { op: 'is_set', dimension: 'session_id', values: [] };

function randomPanel(range: ResolvedQuery['range'], filter: Filter | undefined): Panel {
  const { filter: ownFilter, ...question } = randomQuestion(random, siteNow, 'demo', range);
  const own = ownFilter && random() < 0.2 ? { op: 'or' as const, filters: [ownFilter, sessions] } : ownFilter;
  const filters = [filter, own].filter((each) => each !== undefined);
  const isCompared = question.buckets === undefined && random() < 0.2;
  return {
    query: {
      ...question,
      ...(filters.length > 0 && { filter: { op: 'and', filters } }),
      ...(isCompared && { comparison: { range: randomRange(random, siteNow) } }),
    },
    ...(own && { ownFilter: own }),
  };
}

function randomBatch(): Batch {
  const range = randomRange(random, siteNow);
  const filter = random() < 0.7 ? randomFilter(random) : undefined;
  const queries = Array.from({ length: 1 + random.below(8) }, () => randomPanel(range, filter));
  return { queries, ...(filter && { filter }) };
}

async function askTogether(client: PoolClient, batch: Batch): Promise<Answer[]> {
  const answers: Answer[] = [];
  await answerBatch(client, batch, { engine: site.engine }, (index, answer) => {
    expect(answers[index], 'each query is answered once').toBeUndefined();
    answers[index] = answer;
  });
  return answers;
}

async function askAlone(client: PoolClient, { queries }: Batch, from?: SegmentEngine): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const { query } of queries) answers.push(await answerQuery(client, query, { engine: from }));
  return answers;
}

const sources = new Set<string>();
const values = ({ source: _source, ...answer }: Answer) => answer;

async function compare(batches: number): Promise<void> {
  for (let count = 0; count < batches; count += 1) {
    const batch = randomBatch();
    const [together, alone, plain] = await inSnapshot(
      site.database.pool,
      async (client) =>
        [
          await askTogether(client, batch),
          await askAlone(client, batch, site.engine),
          await askAlone(client, batch),
        ] as const,
    );
    for (const { source } of together) sources.add(source);
    const hint = `seed ${seed}, ${JSON.stringify(batch)}`;
    expect(together.map(values), hint).toEqual(alone.map(values));
    expect(together.map(values), hint).toEqual(plain.map(values));
  }
}

it('answers each query as alone and as plain SQL, before a roll, after it, and with late events', async () => {
  await site.store(800);
  await compare(5);
  await site.roll();
  await compare(20);
  await site.store(200);
  await compare(8);
  await site.roll();
  await compare(12);
  expect([...sources]).toEqual(expect.arrayContaining(['segments', 'mixed', 'raw']));
});
