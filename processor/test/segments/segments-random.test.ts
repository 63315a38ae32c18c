/** Random histories of a site: after each step its segments match its raw events and contain nothing that was erased. */
import { createRandom, type Random } from '@millrace/shared/testing/create-random';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseUser } from '../../src/erase/erase-user.js';
import { ensureMonths } from '../../src/events/ensure-partitions.js';
import { insertEvents } from '../../src/events/insert-events.js';
import { busy } from '../../src/rollups/claim-site.js';
import { markRange } from '../../src/rollups/mark-range.js';
import { rollSite } from '../../src/rollups/roll-site.js';
import { expectExactSegments, expectNothingOf, verifySegments } from './check-segments.js';
import { type RandomEvent, randomEvent } from './random-site.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
  await ensureMonths(database.pool, ['2026-07', '2026-08', '2026-09', '2026-10', '2026-11']);
});
afterEach(() => database.drop());

const siteId = 'demo';
const hour = 3_600_000;

function createHistory(random: Random) {
  let now = Date.parse('2026-08-30T22:07:00Z');
  let users = Array.from({ length: 12 }, (_, at) => `user ${at} ${random.pick(['', 'ж', '字'.repeat(100)])}`);
  const erased: string[] = [];
  const sent: RandomEvent[] = [];
  const closed = () => new Date(Math.floor(now / 900_000) * 900_000);

  async function store(count: number, from: number): Promise<void> {
    const events = Array.from({ length: count }, () => randomEvent(random, { siteId, users, from, to: now }));
    const again = sent.filter(() => random() < 0.01 && erased.length === 0);
    await insertEvents(database.pool, JSON.stringify([...events, ...again]));
    sent.push(...events);
  }
  const roll = () => rollSite(database.pool, siteId, { now: new Date(now) });
  async function rollAll(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) if ((await roll()) !== busy) return;
    throw new Error('the site stays busy');
  }
  const steps: Record<string, () => Promise<unknown>> = {
    recent: () => store(1 + random.below(60), now - 2 * hour),
    late: () => store(1 + random.below(5), Date.parse('2026-08-10T00:00:00Z')),
    many: () => store(300, now - 30 * 24 * hour),
    roll: rollAll,
    'two rolls at once': () => Promise.all([roll(), roll(), store(5, now - 3 * hour)]),
    'an erasure': async () => {
      const user = random.pick(users);
      users = users.filter((other) => other !== user);
      erased.push(user);
      await eraseUser(database.pool, { siteId, userId: user, dryRun: false });
    },
    'an erasure while it rolls': () => Promise.all([roll(), steps['an erasure']!()]),
    'a new time zone': () =>
      database.pool.query('update sites set timezone = $1', [
        random.pick(['Asia/Kathmandu', 'America/New_York', 'UTC']),
      ]),
    'new hostnames': () =>
      database.pool.query('update sites set hostnames = $1', [[random.pick(['example.org', 'other.example'])]]),
    'a recomputed range': async () => {
      const from = now - random.below(40 * 24) * hour;
      await markRange(database.pool, siteId, new Date(from), new Date(from + 3 * 24 * hour));
    },
    later: async () => {
      now += random.pick([900_000, 900_000, hour, 5 * hour, 24 * hour, 9 * 24 * hour]);
    },
  };
  return { steps, closed, rollAll, erased };
}

describe('a random history', () => {
  it.each([1, 2])('leaves segments that match the raw events (seed %d)', async (seed) => {
    const random = createRandom(seed);
    const { steps, closed, rollAll, erased } = createHistory(random);
    const names = Object.keys(steps);
    await steps.many!();
    const taken: string[] = ['many'];
    for (let step = 0; step < 45; step += 1) {
      const name = random.pick(names);
      taken.push(name);
      await steps[name]!().catch((error: { code?: string }) => {
        // One of an erasure and a roll that remove the same rows may give up.
        if (error.code !== '40P01') throw error;
      });
      if (name === 'roll') await expectExactSegments(database.pool, siteId, closed());
    }
    await rollAll();
    await rollAll();
    const segments = await expectExactSegments(database.pool, siteId, closed());
    const { code, stdout } = await verifySegments(database.url, siteId, '2026-07-31', '2026-11-30');
    expect([code, stdout], taken.join(', ')).toEqual([0, expect.stringContaining('No differences.')]);
    await expectNothingOf(database.pool, siteId, erased);
    // A few per month, and those of the current day.
    expect(segments.length).toBeLessThanOrEqual(4 * 4);
  });
});
