import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import type { Job, Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';

const deadlineMs = 1_800_000;

/** @throws ClearError when the job failed or takes for ever. */
export async function waitForJob(bench: Bench, queue: Queue, id: string): Promise<Job> {
  for (const end = Date.now() + deadlineMs; Date.now() < end; ) {
    bench.stopped.throwIfAborted();
    const job = await queue.getJob(id);
    if (job?.failedReason) throw new ClearError(`Job ${id} failed: ${job.failedReason}`);
    if (job?.finishedOn) return job;
    await sleep(20);
  }
  throw new ClearError(`Job ${id} did not come to an end.`);
}
