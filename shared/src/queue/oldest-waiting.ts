import { countWaiting, type Job, type Queue } from './queue.js';

/** Prioritized jobs are sorted by priority, not by age, so this many of them are checked. */
const maxPrioritized = 100;
/** The last position may be gone by the time it is read, if workers are draining the queue. */
const tries = 5;

const dueAt = ({ timestamp, opts }: Job) => timestamp + (opts.delay ?? 0);

const jobsAt = async (queue: Queue, state: 'waiting' | 'prioritized', from: number, to: number) =>
  (await queue.getJobs([state], from, to, true)).filter(Boolean);

/** Both ends of the queue, because position 0 is the oldest job on Redis but the newest on Postgres (BullMQ 6.7). */
async function endsOf(queue: Queue): Promise<Job[]> {
  for (let attempt = 1; ; attempt += 1) {
    const count = await countWaiting(queue);
    const last = await jobsAt(queue, 'waiting', Math.max(0, count - 1), Math.max(0, count - 1));
    const first = await jobsAt(queue, 'waiting', 0, 0);
    if (count === 0 || last.length > 0 || attempt === tries) return [...first, ...last];
  }
}

/**
 * When the oldest waiting job could have been started, in milliseconds since 1970; undefined if none is waiting. Jobs of a paused
 * queue count as waiting, delayed jobs do not.
 */
export async function oldestWaiting(queue: Queue): Promise<number | undefined> {
  const jobs = [...(await endsOf(queue)), ...(await jobsAt(queue, 'prioritized', 0, maxPrioritized - 1))];
  return jobs.length === 0 ? undefined : Math.min(...jobs.map(dueAt));
}
