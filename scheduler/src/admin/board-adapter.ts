/** What Bull Board shows of a queue, and does with it. */
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { findQueue } from '@millrace/shared/contract/jobs';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { Queue } from '@millrace/shared/queue/queue';
import { addWantedJob } from '../queues/change-jobs.js';
import { hideEvents } from '../queues/describe-job.js';
import { newJobSchema } from '../queues/queue-requests.js';
import { checkRequest } from '../read-request.js';

/** Bull Board would add jobs with options of its own; here they get those of their contract, and an id that repeats safely. */
export function createBoardAdapter(queue: Queue, retry: RetrySettings): BullMQAdapter {
  const adapter = new BullMQAdapter(queue);
  if (findQueue(queue.name)?.holdsEvents) adapter.setFormatter('data', hideEvents);
  adapter.addJob = async (jobName, data, { delay, priority }: { delay?: number; priority?: number }) => {
    const options = { ...(delay !== undefined && { delay }), ...(priority !== undefined && { priority }) };
    const id = await addWantedJob(queue, checkRequest(newJobSchema, { jobName, data, options }), retry);
    return (await queue.getJob(id))!;
  };
  // Lifting a limit that has just been reached would otherwise take effect only when its time is over.
  adapter.removeConfiguredRateLimit = async () => {
    await queue.removeGlobalRateLimit();
    await queue.removeRateLimitKey();
  };
  return adapter;
}
