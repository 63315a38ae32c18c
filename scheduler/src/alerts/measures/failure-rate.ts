/** Turns the jobs of a queue that ended lately into the share that failed for good. */
import type { Queue } from '@millrace/shared/queue/queue';
import type { Measure } from './measure.js';

/** Ended jobs of either kind that are read, newest first: flat cost, and about what the queues keep of them anyway. */
export const maxEnded = 500;

interface Ended {
  /** When each ended, newest first. */
  times: number[];
  /** Before it nothing is known. */
  knownSince: number;
}

async function readEnded(queue: Queue, state: 'completed' | 'failed', since: number): Promise<Ended> {
  const jobs = await queue.getJobs([state], 0, maxEnded - 1, false);
  const times = jobs.map((job) => job?.finishedOn ?? 0).sort((a, b) => b - a);
  return { times, knownSince: times.length < maxEnded ? since : Math.max(since, times.at(-1)!) };
}

/** Of a queue busier than it can look back on, the newest part of the minutes counts: the same part of both kinds. */
export const measureFailureRate: Measure<'failure_rate'> = async (condition, { queues, now }) => {
  const { queue: name, percent, minutes } = condition;
  const since = now.getTime() - minutes * 60_000;
  const queue = queues.get(name)!;
  const completed = await readEnded(queue, 'completed', since);
  const failed = await readEnded(queue, 'failed', since);
  const from = Math.max(completed.knownSince, failed.knownSince);
  const count = ({ times }: Ended) => times.filter((time) => time >= from).length;
  const ended = count(completed) + count(failed);
  const rate = ended === 0 ? 0 : (100 * count(failed)) / ended;
  return {
    firing: ended > 0 && rate >= percent,
    summary: `Of ${ended} jobs of queue ${name} that ended in the last ${minutes} min, ${count(failed)} failed (${rate.toFixed(1)} %); the limit is ${percent} %.`,
  };
};
