/** Random funnels, answered from segments and from raw events in the same snapshot. */
import { describeGroups, describeSteps } from '@millrace/reporting/funnel/describe-funnel';
import type { Funnel, FunnelAnswer } from '@millrace/reporting/funnel/funnel';
import { readFunnel } from '@millrace/reporting/funnel/read-funnel';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { answerFunnel } from '@millrace/reporting/segments/answer-funnel';
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomFilter, randomRange } from './random-questions.js';
import { type SegmentSite, siteNow, startSegmentSite } from './segment-site.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const minute = 60_000;

let site: SegmentSite;
beforeAll(async () => {
  site = await startSegmentSite(random, { hostnames: ['own.example'], sessionMinutes: 45 });
});
afterAll(() => site.stop());

const breakdowns = ['path', 'referrer', 'property:plan', 'visit:referrer', 'entry_page', 'event_type'] as const;

function randomFunnel(random: Random): Funnel {
  return {
    siteId: 'demo',
    range: randomRange(random, siteNow),
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
      site.database.pool,
      async (client) =>
        [await answerFunnel(client, site.engine, funnel, {}), await readFunnel(client, funnel)] as const,
    );
    expect(shown(names, ours!), `seed ${seed}, ${JSON.stringify(funnel)}`).toEqual(shown(names, plain));
  }
}

it('counts like a walk over raw events, with late events and without', async () => {
  await site.store(1_500);
  await site.roll();
  await compare(100);
  await site.store(300);
  await compare(50);
  await site.roll();
  await compare(50);
});
