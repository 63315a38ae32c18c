/** Turns a job of a queue into what the API tells of it; events in it are counted, not shown. */
import type { Job } from '@millrace/shared/queue';

interface Batch {
  count?: number;
  events?: string;
}

/** Jobs of events hold what users did: their data are for the processor alone. */
function dataOf(job: Job): unknown {
  if (job.queueName !== 'event-ingest') return job.data;
  const { count, events = '' } = (job.data ?? {}) as Batch;
  return { count, characters: String(events).length };
}

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
