/** Queries about one snapshot of a site while its history goes on. */
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import type { Random } from '@millrace/shared/testing/create-random';
import type { Counts } from './check-answer.js';
import { checkBehaviour } from './check-behaviour.js';
import { checkPanels } from './check-panels.js';
import { stayOpen } from './open-transactions.js';
import { readPlainSite } from './plain/events.js';
import type { Subject } from './random-behaviour.js';
import type { History } from './random-history.js';
import { randomCondition, randomFilter, randomRange } from './random-queries.js';
import type { SegmentSite } from './segment-site.js';
import { sendOnce } from './send-once.js';

export interface Round {
  site: SegmentSite;
  history: History;
  random: Random;
  counts: Counts;
}

const hour = 3_600_000;

/** Filters share conditions, since each new condition costs the engine a scan of all values. */
function createSubjects({ site: { siteId }, history, random }: Round): () => Subject {
  const conditions = Array.from({ length: 50 }, () => randomCondition(random));
  const filter = () => randomFilter(random, () => random.pick(conditions));
  return () => {
    const now = history.now();
    const until = random() < 0.5 ? now : new Date(now.getTime() + random.below(25) * hour);
    return { siteId, now, filter, range: randomRange(random, until) };
  };
}

/**
 * Sends `panels` queries about each of some ranges, and one funnel, retention and journey query each. They must not see anything after
 * the snapshot, although the engine may have answered queries about it before.
 * @throws DifferenceError
 */
export async function checkSnapshot(round: Round, ranges: number, panels: number): Promise<void> {
  const { site, history, random, counts } = round;
  await inSnapshot(site.database.pool, async (given) => {
    await stayOpen(given);
    const client = sendOnce(given);
    const plain = await readPlainSite(client, site.siteId);
    for (let steps = random.below(6); steps > 0; steps -= 1) await history.step();
    const later = ranges > 1 && random() < 0.5 ? random.below(ranges) : 0;
    if (later > 0) await checkSnapshot(round, later, panels);
    const context = { client, engine: site.engine, site: plain, random, counts };
    const subject = createSubjects(round);
    for (let range = later; range < ranges; range += 1) {
      await checkPanels(context, subject(), panels);
      await checkBehaviour(context, subject());
    }
  });
}
