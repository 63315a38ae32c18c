import { findQueue } from '@millrace/shared/contract/jobs';
import type { Queue, QueueHandle } from '@millrace/shared/queue/queue';
import { dayMs } from '@millrace/shared/time/durations';

import type { CleanupStep } from './cleanup-step.js';

const jobsAtOnce = 1_000;
/** More parents than ever wait at the same time. */
const maxParents = 1_000;

type Finished = 'completed' | 'failed';

/** How long the contract of a queue keeps such jobs; undefined if they are kept until an operator removes them. */
function retentionMs(queue: string, state: Finished): number | undefined {
  const { removeOnComplete, removeOnFail } = findQueue(queue)!.options;
  const kept = state === 'completed' ? removeOnComplete : removeOnFail;
  if (kept === false) return undefined;
  return kept === true ? 0 : kept.age * 1_000;
}

/** When the oldest waiting parent was added: it still needs the results of its children. Undefined if no parent is waiting. */
async function oldestParent(queues: QueueHandle[]): Promise<number | undefined> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { queue } of queues) {
    const parents = await queue.getJobs(['waiting-children'], 0, maxParents - 1, true);
    for (const { timestamp } of parents.filter(Boolean)) oldest = Math.min(oldest, timestamp);
  }
  return Number.isFinite(oldest) ? oldest : undefined;
}

async function clean(queue: Queue, state: Finished, graceMs: number): Promise<number> {
  for (let removed = 0; ; ) {
    const ids = await queue.clean(graceMs, jobsAtOnce, state);
    removed += ids.length;
    if (ids.length < jobsAtOnce) return removed;
  }
}

/** BullMQ removes old records only when a job of the same queue ends, so idle queues keep theirs. */
export const cleanJobRecords: CleanupStep = async ({ queues = [], now }, olderThan) => {
  const oldestParentMs = await oldestParent(queues);
  const youngestMs = oldestParentMs === undefined ? 0 : Math.max(0, now.getTime() - oldestParentMs);
  const removed = { completed_jobs: 0, failed_jobs: 0 };
  for (const { queue } of queues) {
    for (const state of ['completed', 'failed'] as const) {
      const retained = retentionMs(queue.name, state);
      if (retained === undefined) continue;
      const graceMs = olderThan === undefined ? retained : olderThan * dayMs;
      removed[`${state}_jobs`] += await clean(queue, state, Math.max(graceMs, youngestMs));
    }
  }
  const kept = [];
  if (oldestParentMs !== undefined) {
    const since = new Date(oldestParentMs).toISOString();
    kept.push({ what: `jobs that ended after ${since}`, reason: 'a waiting parent job may need their results' });
  }
  return { removed, kept };
};
