/** Turns a state and a text into a page of the jobs of a queue that have them. */
import type { Job, Queue } from '@millrace/shared/queue';
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

/** Jobs that one search reads at most. */
const maxSearched = 5_000;
const jobsPerRead = 500;

export interface FoundJobs {
  jobs: object[];
  /** Jobs of the state; of a search, those that match among the ones that were read. */
  total: number;
  /** Set by a search: how many jobs it read, newest first. */
  searched?: number;
}

/** The newest `max` jobs of a state, read in parts, so that no answer of the queue is huge. */
export async function newestJobs(queue: Queue, state: JobState, max: number): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let from = 0; from < max; from += jobsPerRead) {
    const part = await queue.getJobs([state], from, Math.min(from + jobsPerRead, max) - 1, false);
    // One that was removed between its id and its data is no job any more.
    jobs.push(...part.filter((job) => job !== undefined));
    if (part.length < jobsPerRead) break;
  }
  return jobs;
}

export async function findJobs(queue: Queue, state: JobState, page: Page, search?: string): Promise<FoundJobs> {
  const offset = offsetOf(page);
  if (search === undefined) {
    const [jobs, counts] = await Promise.all([
      queue.getJobs([state], offset, offset + page.limit - 1, false),
      queue.getJobCounts(state),
    ]);
    const described = await Promise.all(jobs.filter((job) => job !== undefined).map(describeJob));
    return { jobs: described, total: counts[state] ?? 0 };
  }
  const read = await newestJobs(queue, state, maxSearched);
  const found = read.filter((job) => matches(job, search));
  const described = await Promise.all(found.slice(offset, offset + page.limit).map(describeJob));
  return { jobs: described, total: found.length, searched: read.length };
}
