/** Turns a queue into the moment since which its oldest job could have been started. */
import { countWaiting, type Job, type Queue } from './queue.js';

/** Jobs with a priority are kept by priority, not by age: this many of them are looked at. */
const maxPrioritized = 100;
/** A queue that is worked off meanwhile may have lost its end. */
const tries = 5;

const dueAt = ({ timestamp, opts }: Job) => timestamp + (opts.delay ?? 0);

const jobsAt = async (queue: Queue, state: 'waiting' | 'prioritized', from: number, to: number) =>
  (await queue.getJobs([state], from, to, true)).filter(Boolean);

/** Both ends: asked for the oldest first, BullMQ 6.7 counts from there on Redis, and from the newest on Postgres. */
async function endsOf(queue: Queue): Promise<Job[]> {
  for (let attempt = 1; ; attempt += 1) {
    const count = await countWaiting(queue);
    const last = await jobsAt(queue, 'waiting', Math.max(0, count - 1), Math.max(0, count - 1));
    const first = await jobsAt(queue, 'waiting', 0, 0);
    if (count === 0 || last.length > 0 || attempt === tries) return [...first, ...last];
  }
}

/** In milliseconds since 1970; undefined when none waits. Jobs of a paused queue wait; delayed ones do not. */
export async function oldestWaiting(queue: Queue): Promise<number | undefined> {
  const jobs = [...(await endsOf(queue)), ...(await jobsAt(queue, 'prioritized', 0, maxPrioritized - 1))];
  return jobs.length === 0 ? undefined : Math.min(...jobs.map(dueAt));
}
