/** Random questions about returning visitors and journeys, answered from segments and by plain SQL in the same snapshot. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import type { JourneysQuestion } from '@millrace/reporting/journeys/journey';
import { readJourneys } from '@millrace/reporting/journeys/read-journeys';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { periodsOf } from '@millrace/reporting/retention/cohort-periods';
import { readReturns } from '@millrace/reporting/retention/read-returns';
import { returnPeriods } from '@millrace/reporting/retention/return-periods';
import type { ReturnsQuestion } from '@millrace/reporting/retention/return-table';
import { answerJourneys } from '@millrace/reporting/segments/answer-journeys';
import { answerReturns } from '@millrace/reporting/segments/answer-returns';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createRandom } from '@millrace/shared/testing/create-random';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomEvents } from './random-events.js';
import { randomFilter, randomRange } from './random-questions.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const random = createRandom(seed);
const now = new Date('2026-11-10T12:07:00Z');
const siteId = 'demo';
const zones = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Europe/Berlin'];

let database: TestDatabase;
let engine: SegmentEngine;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-09', '2026-10', '2026-11']);
  await database.pool.query(
    `insert into sites (site_id, hostnames, session_minutes) values ('demo', '{own.example}', 45)`,
  );
  engine = createSegmentEngine({ threads: 2, cacheMb: 8 }, silent);
});
afterAll(async () => {
  await engine.pool.close();
  await database.drop();
});

const breakdowns = ['path', 'referrer', 'property:plan', 'entry_page', 'visit:referrer', 'profile_id'] as const;

function returnsQuestion(): ReturnsQuestion | undefined {
  const asked = randomRange(random, now);
  const period = random.pick(['day', 'week', 'month'] as const);
  const whole = periodsOf(asked, period, random.pick(zones), now, 120, random.pick(['monday', 'sunday'] as const));
  if (whole.labels.length === 0) return undefined;
  return {
    siteId,
    bounds: returnPeriods(whole, asked, now).bounds,
    ...(random() < 0.4 && { filter: randomFilter(random) }),
    ...(random() < 0.6 && { first: randomFilter(random) }),
    ...(random() < 0.6 && { returning: randomFilter(random) }),
    ...(random() < 0.5 && { breakdown: random.pick(breakdowns) }),
    breakdownLimit: random.pick([1, 3, 50]),
  };
}

const journeysQuestion = (): JourneysQuestion => ({
  siteId,
  range: randomRange(random, now),
  ...(random() < 0.4 && { filter: randomFilter(random) }),
  ...(random() < 0.7 && { mark: { at: random.pick(['start', 'end'] as const), filter: randomFilter(random) } }),
  steps: 2 + random.below(5),
  dimension: random.pick(['path', 'path', 'event_type'] as const),
  limit: random.pick([1, 3, 1_000]),
});

const sources = new Set<string>();
let counted = 0;

async function compare(questions: number): Promise<void> {
  for (let index = 0; index < questions; index += 1) {
    const returns = returnsQuestion();
    const journeys = journeysQuestion();
    await inSnapshot(database.pool, async (client) => {
      const ours = returns && (await answerReturns(client, engine, returns, {}));
      if (ours) {
        const { source, ...answer } = ours;
        sources.add(source);
        counted += answer.whole.returned.reduce((sum, number) => sum + number, 0);
        expect(answer, `seed ${seed}, ${JSON.stringify(returns)}`).toEqual(await readReturns(client, returns));
      }
      const ways = await answerJourneys(client, engine, journeys, {});
      if (ways) {
        const { source, ...answer } = ways;
        sources.add(source);
        counted += answer.total.visits;
        expect(answer, `seed ${seed}, ${JSON.stringify(journeys)}`).toEqual(await readJourneys(client, journeys));
      }
    });
  }
}

const store = (count: number) => insertEvents(database.pool, JSON.stringify(randomEvents(random, count, now)));
const roll = () => rollSite(database.pool, siteId, { now });

it('counts like plain SQL after a roll, with late events, and after the next roll', async () => {
  await store(800);
  await roll();
  await compare(40);
  await store(200);
  await compare(20);
  await roll();
  await compare(40);
  expect([...sources].sort()).toEqual(['mixed', 'segments']);
  expect(counted).toBeGreaterThan(1_000);
});
