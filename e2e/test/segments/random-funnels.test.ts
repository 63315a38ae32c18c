/** Random funnels, answered from segments and from raw events in the same snapshot. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { describeGroups, describeSteps } from '@millrace/reporting/funnel/describe-funnel';
import type { Funnel, FunnelAnswer } from '@millrace/reporting/funnel/funnel';
import { readFunnel } from '@millrace/reporting/funnel/read-funnel';
import { inSnapshot } from '@millrace/reporting/query/in-snapshot';
import { answerFunnel } from '@millrace/reporting/segments/answer-funnel';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';
import { randomFilter, randomRange } from './random-questions.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const now = new Date('2026-11-10T12:07:00Z');
const minute = 60_000;

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

const breakdowns = ['path', 'referrer', 'property:plan', 'visit:referrer', 'entry_page', 'event_type'] as const;

function randomFunnel(random: Random): Funnel {
  return {
    siteId: 'demo',
    range: randomRange(random, now),
    steps: Array.from({ length: 2 + random.below(4) }, () => randomFilter(random)),
    windowMs: random.pick([1, 10, 60, 3 * 1_440]) * minute,
    byVisit: random() < 0.4,
    pastEnd: random() < 0.4,
    ...(random() < 0.3 && { filter: randomFilter(random) }),
    ...(random() < 0.5 && { breakdown: random.pick(breakdowns) }),
  };
}

const shown = (names: string[], answer: FunnelAnswer) => ({
  steps: describeSteps(names, answer.whole),
  groups: describeGroups(names, answer, 100),
});

async function compare(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const funnel = randomFunnel(random);
    const names = funnel.steps.map((_, step) => `step ${step}`);
    const [ours, plain] = await inSnapshot(
      database.pool,
      async (client) => [await answerFunnel(client, engine, funnel, {}), await readFunnel(client, funnel)] as const,
    );
    expect(shown(names, ours!), `seed ${seed}, ${JSON.stringify(funnel)}`).toEqual(shown(names, plain));
  }
}

it('counts like a walk over raw events, with late events and without', async () => {
  await insertEvents(database.pool, JSON.stringify(randomEvents(random, 1_500, now)));
  await rollSite(database.pool, 'demo', { now });
  await compare(100);
  await insertEvents(database.pool, JSON.stringify(randomEvents(random, 300, now)));
  await compare(50);
  await rollSite(database.pool, 'demo', { now });
  await compare(50);
});
