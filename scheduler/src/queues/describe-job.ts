import { findQueue } from '@millrace/shared/contract/jobs';
import type { Job } from '@millrace/shared/queue/queue';

interface Batch {
  count?: unknown;
  events?: unknown;
}

/** Events contain user data; their number and size are enough to operate a queue. */
export function hideEvents(data: unknown): object {
  const { count, events } = (data ?? {}) as Batch;
  return { count, characters: String(events ?? '').length };
}

const dataOf = (job: Job): unknown => (findQueue(job.queueName)?.holdsEvents ? hideEvents(job.data) : job.data);

export function describeJob(job: Job, state: string): object {
  return {
    id: job.id,
    name: job.name,
    data: dataOf(job),
    progress: job.progress,
    attemptsMade: job.attemptsMade,
    timestamp: job.timestamp,
    processedOn: job.processedOn ?? null,
    finishedOn: job.finishedOn ?? null,
    state,
    failedReason: job.failedReason ?? null,
    returnvalue: job.returnvalue ?? null,
    delay: job.delay,
    priority: job.priority,
  };
}

/** Whether id, name, data or error of a job contain `text`, ignoring case. */
export function jobMatches(job: Job, text: string): boolean {
  const lowerCase = text.toLowerCase();
  const texts = [job.id ?? '', job.name, JSON.stringify(dataOf(job)) ?? '', job.failedReason ?? ''];
  return texts.some((candidate) => candidate.toLowerCase().includes(lowerCase));
}
