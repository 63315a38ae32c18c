/** A page of the jobs of a queue in one state, all of them or those that a text is found in. */
import { findQueue } from '@millrace/shared/contract/jobs';
import { countWaiting, type Job, type Queue } from '@millrace/shared/queue/queue';
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
const jobsAtOnce = (queue: Queue) => (findQueue(queue.name)?.holdsEvents ? 4 : 50);

/** States that BullMQ keeps in another order than that of creation: by when they are due, by priority, by when they began to wait. */
const unordered: ReadonlySet<JobState> = new Set(['delayed', 'prioritized', 'waiting-children']);

export interface FoundJobs {
  jobs: object[];
  /** Jobs of the state; of a search, those that match among the ones that were read. */
  total: number;
  /** Set where jobs had to be read to be found or put in order: how many were. */
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

/** Jobs of a state, the newest first where the queue keeps them so, until as many were read as the limits allow. */
export async function* newestJobs(queue: Queue, state: JobState, limits = searchLimits): AsyncGenerator<Job> {
  const endsAt = performance.now() + limits.ms;
  const ids = await queue.getRanges([state], 0, limits.jobs - 1, false);
  for await (const job of readJobs(queue, ids)) {
    yield job;
    if (performance.now() >= endsAt) return;
  }
}

async function searchJobs(queue: Queue, state: JobState, page: Page, text: string): Promise<FoundJobs> {
  const ids: CreatedId[] = [];
  let searched = 0;
  for await (const job of newestJobs(queue, state)) {
    searched += 1;
    if (matches(job, text)) ids.push(createdId(job));
  }
  return { jobs: await describePage(queue, state, page, ids), total: ids.length, searched };
}

/** What is kept in memory of a job that was only read to be put in its place. */
interface CreatedId {
  id: string;
  timestamp: number;
}

const createdId = ({ id, timestamp }: Job): CreatedId => ({ id: id!, timestamp });

/** The jobs of a page of `ids`, which are put in the order of creation where the queue keeps another one. */
async function describePage(queue: Queue, state: JobState, page: Page, ids: CreatedId[]): Promise<object[]> {
  if (unordered.has(state)) ids.sort((a, b) => b.timestamp - a.timestamp);
  const offset = offsetOf(page);
  const wanted = ids.slice(offset, offset + page.limit).map(({ id }) => id);
  const jobs: object[] = [];
  for await (const job of readJobs(queue, wanted)) jobs.push(describeJob(job, state));
  return jobs;
}

async function orderJobs(queue: Queue, state: JobState, page: Page, total: number): Promise<FoundJobs> {
  const ids: CreatedId[] = [];
  for await (const job of newestJobs(queue, state)) ids.push(createdId(job));
  return { jobs: await describePage(queue, state, page, ids), total, searched: ids.length };
}

export async function findJobs(queue: Queue, state: JobState, page: Page, search?: string): Promise<FoundJobs> {
  if (search !== undefined) return searchJobs(queue, state, page, search);
  const total = await (state === 'waiting' ? countWaiting(queue) : queue.getJobCountByTypes(state));
  if (unordered.has(state)) return orderJobs(queue, state, page, total);
  const offset = offsetOf(page);
  const ids = await queue.getRanges([state], offset, offset + page.limit - 1, false);
  const jobs: object[] = [];
  for await (const job of readJobs(queue, ids)) jobs.push(describeJob(job, state));
  return { jobs, total };
}
