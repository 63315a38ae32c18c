/** Sends generated visits: events in the range, batches, posts. */
import type { Event } from '@millrace/shared/contract/event-columns';
import { type Batch, makeBatches, type ReadyEvent } from '../send/make-batches.js';
import { postBatch, type Target } from '../send/post-batch.js';
import { postBatches } from '../send/post-batches.js';
import { printable } from '../send/printable.js';
import { createVisitorCount } from './count-visitors.js';
import { makeTraffic } from './make-traffic.js';
import type { SeedOptions } from './seed-options.js';

const REJECTED_SHOWN = 5;

export interface SeedTally {
  /** Generated so far, including those outside the range. */
  visits: number;
  /** Generated so far, in the range. */
  events: number;
  botEvents: number;
  visitors: number;
  accepted: number;
  rejected: number;
  firstRejected: string[];
}

export const createSeedTally = (): SeedTally => ({
  ...{ visits: 0, events: 0, botEvents: 0, visitors: 0, accepted: 0, rejected: 0 },
  firstRejected: [],
});

/** Resolves when all responses are counted in `tally`. @throws CommandError if it has to stop early. */
export async function sendTraffic(options: SeedOptions, tally: SeedTally, target: Target, stopping: AbortController) {
  await postBatches(
    makeBatches(readyEvents(options, tally, stopping.signal)),
    (batch) => send(batch, tally, target),
    () => stopping.abort(),
  );
}

async function* readyEvents(options: SeedOptions, tally: SeedTally, stop: AbortSignal): AsyncGenerator<ReadyEvent[]> {
  const countVisitor = createVisitorCount();
  const { fromMs, toMs } = options;
  const isWanted = ({ timestamp }: Event) => Date.parse(timestamp) >= fromMs && Date.parse(timestamp) < toMs;
  for (const visit of makeTraffic(options)) {
    if (stop.aborted) return;
    tally.visits += 1;
    const events = visit.events.filter(isWanted);
    if (events.length === 0) continue;
    tally.visitors = countVisitor({ ...visit, events });
    if (visit.firstDay === undefined) tally.botEvents += events.length;
    const first = tally.events + 1;
    tally.events += events.length;
    yield events.map((event, index) => ({ number: first + index, json: JSON.stringify(event) }));
  }
}

async function send(batch: Batch, tally: SeedTally, target: Target): Promise<void> {
  const { accepted, rejected } = await postBatch(batch, target);
  tally.accepted += accepted;
  tally.rejected += batch.numbers.length - accepted;
  const room = REJECTED_SHOWN - tally.firstRejected.length;
  tally.firstRejected.push(...rejected.slice(0, room).map(({ message }) => printable(message, 300)));
}
