/** Turns a job of a queue into what the API tells of it; events in it are counted, not shown. */
import { findQueue } from '@millrace/shared/contract/jobs';
import type { Job } from '@millrace/shared/queue/queue';

interface Batch {
  count?: unknown;
  events?: unknown;
}

/** Events are what users did: their number and size suffice to look after a queue. */
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

/** True when the id, the name, the data or the error of a job contain `text`, in whatever case. */
export function matches(job: Job, text: string): boolean {
  const wanted = text.toLowerCase();
  const texts = [job.id ?? '', job.name, JSON.stringify(dataOf(job)) ?? '', job.failedReason ?? ''];
  return texts.some((candidate) => candidate.toLowerCase().includes(wanted));
}
