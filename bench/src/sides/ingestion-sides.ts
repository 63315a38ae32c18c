/** Ingestion as it is here and, with `--against`, as it was, each with a queue of its own on the same Redis or Postgres. */
import type { ClosingList } from '@millrace/dev/closing-list';
import { eventIngest } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Contestant } from '../alternate-rounds.js';
import type { Bench } from '../bench.js';
import { buildPreviousRelease } from './previous-release.js';
import { countQueuedEvents, openQueue } from './queue-look.js';
import { queueEnvironment, startIngestion } from './start-sides.js';

type IngestionSide = Pick<Contestant, 'server' | 'queue'>;

export interface IngestionSides {
  ours: IngestionSide;
  previous?: IngestionSide;
}

async function startSide(
  bench: Bench,
  closing: ClosingList,
  location: QueueLocation,
  root?: string,
): Promise<IngestionSide> {
  const server = await startIngestion(bench, closing, queueEnvironment(location), root);
  const queue = await openQueue(closing, eventIngest.queue, location);
  return { server, queue: { queue, countEvents: countQueuedEvents } };
}

export async function startIngestionSides(
  bench: Bench,
  closing: ClosingList,
  redis: QueueLocation,
): Promise<IngestionSides> {
  const release = await bench.once(buildPreviousRelease);
  const ours = await startSide(bench, closing, redis);
  if (!release) return { ours };
  const previous = await startSide(bench, closing, { ...redis, prefix: `${redis.prefix}_previous` }, release.root);
  return { ours, previous: { ...previous, server: { ...previous.server, name: `ingestion of ${release.commit}` } } };
}
