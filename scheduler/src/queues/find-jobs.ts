/** Turns a state and a text into a page of the jobs of a queue that have them. */
import { eventIngest } from '@millrace/shared/jobs';
import type { Job, Queue } from '@millrace/shared/queue';
import type { JobType } from 'bullmq';
import { offsetOf, type Page } from '../read-request.js';
import { describeJob, matches } from './describe-job.js';

export const jobStates = [
  'waiting',
  'prioritized',
  'active',
  'completed',
  'failed',
  'delayed',
  'waiting-children',
] as const;
export type JobState = (typeof jobStates)[number];

/** What one search reads at most. */
const searchLimits = { jobs: 5_000, ms: 5_000 };
/** Jobs that are read at a time: one that carries events may have megabytes. */
const jobsAtOnce = (queue: Queue) => (queue.name === eventIngest.queue ? 4 : 50);

export interface FoundJobs {
  jobs: object[];
  /** Jobs of the state; of a search, those that match among the ones that were read. */
  total: number;
  /** Set by a search: how many jobs it read, newest first. */
  searched?: number;
}

/** The jobs of these ids that still are there. Unlike BullMQ's `getJobs`, few are in memory, or on their way, at a time. */
async function* readJobs(queue: Queue, ids: string[]): AsyncGenerator<Job> {
  const atOnce = jobsAtOnce(queue);
  for (let from = 0; from < ids.length; from += atOnce) {
    const jobs = await Promise.all(ids.slice(from, from + atOnce).map((id) => queue.getJob(id)));
    yield* jobs.filter((job) => job !== undefined);
  }
}

/** The newest jobs of a state, until as many were read as the limits allow. */
export async function* newestJobs(queue: Queue, state: JobState, limits = searchLimits): AsyncGenerator<Job> {
  const endsAt = performance.now() + limits.ms;
  const ids = await queue.getRanges([state], 0, limits.jobs - 1, false);
  for await (const job of readJobs(queue, ids)) {
    yield job;
    if (performance.now() >= endsAt) return;
  }
}

async function searchJobs(queue: Queue, state: JobState, page: Page, text: string): Promise<FoundJobs> {
  const offset = offsetOf(page);
  const found: Required<FoundJobs> = { jobs: [], total: 0, searched: 0 };
  for await (const job of newestJobs(queue, state)) {
    found.searched += 1;
    if (!matches(job, text)) continue;
    if (found.total >= offset && found.jobs.length < page.limit) found.jobs.push(describeJob(job, state));
    found.total += 1;
  }
  return found;
}

export async function findJobs(queue: Queue, state: JobState, page: Page, search?: string): Promise<FoundJobs> {
  if (search !== undefined) return searchJobs(queue, state, page, search);
  const offset = offsetOf(page);
  // On Postgres the waiting jobs of a paused queue are listed as waiting, but counted as paused.
  const counted = state === 'waiting' ? (['waiting', 'paused'] as JobType[]) : [state];
  const [ids, total] = await Promise.all([
    queue.getRanges([state], offset, offset + page.limit - 1, false),
    queue.getJobCountByTypes(...counted),
  ]);
  const jobs: object[] = [];
  for await (const job of readJobs(queue, ids)) jobs.push(describeJob(job, state));
  return { jobs, total };
}
