/** Queries a site throughout a random history. Everything follows from the seed. */
import { insertEvents } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { segmentLimits } from '@millrace/shared/segments/segment-columns';
import { createRandom } from '@millrace/shared/testing/create-random';
import { zones } from '../random-queries.js';
import { type Counts, emptyCounts } from './check-answer.js';
import { checkSnapshot, type Round } from './check-snapshot.js';
import { randomEvents } from './random-events.js';
import { createHistory, type History, type Weights } from './random-history.js';
import { startSegmentSite } from './segment-site.js';

/** Dates just after clock changes in some zones or after the start of a year. */
const starts = ['2026-11-10T12:07:00Z', '2026-04-06T03:52:00Z', '2027-01-01T00:03:00Z'];

const weights: Weights = {
  ...{ store: 20, late: 4, begin: 4, commit: 6, foreign: 1 },
  ...{ roll: 16, 'whole roll': 2, again: 1, erase: 3 },
  ...{ zone: 2, hostnames: 1, pause: 1, minutes: 4, days: 3 },
};

/** Segment limits so low that some events are left out and counted from raw events. */
const limits: Partial<Record<keyof typeof segmentLimits, number>>[] = [
  {},
  { properties: 3 },
  { propertyValues: 4 },
  { values: 10 },
  { rows: 30, gatheredRows: 30 },
];

/** Some 3,600 queries. */
const size = { events: 300, moments: 7, ranges: 5, panels: 100 };

async function runHistory(round: Round, shouldContinue: () => boolean): Promise<void> {
  const { site, history, random } = round;
  const { pool } = site.database;
  await insertEvents(pool, JSON.stringify(randomEvents(random, size.events, history.now())));
  // Without segments, SQL answers.
  await checkSnapshot(round, 1, 5);
  await rollSite(pool, site.siteId, { now: new Date(history.now().getTime() - 3 * 3_600_000) });
  for (let moment = 0; moment < size.moments && shouldContinue(); moment += 1) {
    for (let steps = 1 + random.below(4); steps > 0; steps -= 1) await history.step();
    await checkSnapshot(round, size.ranges, size.panels);
  }
  await history.end();
}

/** How to reproduce it. */
function addSeed(error: unknown, seed: number, { past }: History): unknown {
  const more = `history: ${past.join(', ')}\nAgain: npm run fuzz -- --seed ${seed}`;
  if (error instanceof Error) error.message = `${error.message}\n${more}`;
  return error;
}

/** Checks `goesOn` now and then. @throws DifferenceError with the first wrong answer. */
export async function runRound(seed: number, goesOn = () => true): Promise<Counts> {
  const random = createRandom(seed);
  const usual = { ...segmentLimits };
  Object.assign(segmentLimits, random.pick(limits));
  const start = new Date(random.pick(starts));
  const site = await startSegmentSite({
    ...{ start, timezone: random.pick(zones), sessionMinutes: random.pick([1, 30, 45]) },
    hostnames: random.pick([[], ['own.example']]),
    engine: {
      threads: 2,
      cacheMb: random.pick([1, 8]),
      minTailEvents: random.pick([1, 30, 2_000]),
      tailBatchEvents: random.pick([5, 100_000]),
      minEventsPerThread: random.pick([1, 200_000]),
    },
  });
  const options = { pool: site.database.pool, siteId: site.siteId, start };
  const history = createHistory(random, options, weights);
  const counts = emptyCounts();
  try {
    await runHistory({ site, random, history, counts }, goesOn);
  } catch (error) {
    await history.end().catch(() => {}); // the first error is the one to report
    throw addSeed(error, seed, history);
  } finally {
    Object.assign(segmentLimits, usual);
    await site.stop();
  }
  return counts;
}
