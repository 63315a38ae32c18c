/** Lists or searches the jobs of a queue in one state, page by page. */
import { findQueue } from '@millrace/shared/contract/jobs';
import { countWaiting, type Job, type Queue } from '@millrace/shared/queue/queue';
import { offsetOf, type Page } from '../read-request.js';
import { describeJob, jobMatches } from './describe-job.js';

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

/** Limits of one search. */
const searchLimits = { jobs: 5_000, ms: 5_000 };
/** Fewer for jobs with events, which may have several megabytes. */
const jobsAtOnce = (queue: Queue) => (findQueue(queue.name)?.holdsEvents ? 4 : 50);

/** States that BullMQ does not order by creation, but by due time, priority, or start of waiting. */
const unordered: ReadonlySet<JobState> = new Set(['delayed', 'prioritized', 'waiting-children']);

export interface FoundJobs {
  jobs: object[];
  /** Jobs in the state, or the number of matches of a search. */
  total: number;
  /** Number of jobs read, if they had to be read to search or sort them. */
  searched?: number;
}

/** Yields the jobs that still exist. Unlike BullMQ's `getJobs`, keeps only a few in memory. */
async function* readJobs(queue: Queue, ids: string[]): AsyncGenerator<Job> {
  const atOnce = jobsAtOnce(queue);
  for (let from = 0; from < ids.length; from += atOnce) {
    const jobs = await Promise.all(ids.slice(from, from + atOnce).map((id) => queue.getJob(id)));
    yield* jobs.filter((job) => job !== undefined);
  }
}

/** Jobs in a state, newest first if the queue has that order, within the limits. */
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
    if (jobMatches(job, text)) ids.push(createdId(job));
  }
  return { jobs: await describePage(queue, state, page, ids), total: ids.length, searched };
}

/** The part of a job that sorting needs. */
interface CreatedId {
  id: string;
  timestamp: number;
}

const createdId = ({ id, timestamp }: Job): CreatedId => ({ id: id!, timestamp });

/** The jobs of a page, sorted by creation first if the queue has another order. */
async function describePage(queue: Queue, state: JobState, page: Page, ids: CreatedId[]): Promise<object[]> {
  if (unordered.has(state)) ids.sort((a, b) => b.timestamp - a.timestamp);
  const offset = offsetOf(page);
  const pageIds = ids.slice(offset, offset + page.limit).map(({ id }) => id);
  const jobs: object[] = [];
  for await (const job of readJobs(queue, pageIds)) jobs.push(describeJob(job, state));
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
