import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Queues } from '../open-queues.js';

/** How long a request waits for an answer of a queue. */
export const queueTimeoutMs = 1_500;

/** BullMQ never times out while a queue is unreachable. @throws ServiceError `queue_unavailable` if it does not answer in time. */
export async function reachQueue(queue: Queue): Promise<void> {
  await withTimeout(queue.isPaused(), queueTimeoutMs, queue.name).catch(() => {
    throw new ServiceError('queue_unavailable', 'The queue is unreachable and nothing was changed. Try again later.');
  });
}

/** @throws ServiceError `not_found` for an unknown name, `queue_unavailable` if the queue does not answer in time. */
export async function reachNamedQueue(queues: Queues, name: string): Promise<Queue> {
  const queue = queues.get(name);
  if (!queue) throw new ServiceError('not_found', `Unknown queue; choose from ${queues.names.join(', ')}.`);
  await reachQueue(queue);
  return queue;
}

export const unknownJob = () => new ServiceError('not_found', 'Unknown job, or its record is gone.');
