/** Turns a queue that is away into a refusal; BullMQ lets calls wait for a queue that was never there. */
import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Queue } from '@millrace/shared/queue/queue';

const timeoutMs = 1_500;

/** @throws ServiceError `queue_unavailable` when the queue does not answer a cheap question in time. */
export async function reachQueue(queue: Queue): Promise<void> {
  await withTimeout(queue.isPaused(), timeoutMs, queue.name).catch(() => {
    throw new ServiceError('queue_unavailable', 'The queue cannot be reached; nothing was changed. Retry.');
  });
}
