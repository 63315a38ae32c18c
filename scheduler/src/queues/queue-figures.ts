/** Job counts and health of a queue, and removal of old job records. */
import { findQueue } from '@millrace/shared/contract/jobs';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Queue } from '@millrace/shared/queue/queue';
import type { JobType } from 'bullmq';
import { queueTimeoutMs } from './reach-queue.js';

/** Jobs by state. In a paused queue, waiting jobs are counted as `paused`. */
export interface QueueFigures {
  waiting: number;
  active: number;
  completed: number;
  failed: number;
  delayed: number;
  paused: number;
  /** Jobs that wait for their children. */
  waiting_children: number;
  is_paused: boolean;
}

/** @throws if the queue is unreachable. */
export async function queueFigures(queue: Queue): Promise<QueueFigures> {
  // Waiting jobs of a paused queue are `paused` on Postgres, but `waiting` on Redis.
  const states = ['waiting', 'paused', 'prioritized', 'active', 'completed', 'failed', 'delayed', 'waiting-children'];
  const [counts, isPaused] = await Promise.all([queue.getJobCounts(...(states as JobType[])), queue.isPaused()]);
  const count = (state: string) => counts[state] ?? 0;
  const waiting = count('waiting') + count('paused') + count('prioritized');
  return {
    waiting: isPaused ? 0 : waiting,
    active: count('active'),
    completed: count('completed'),
    failed: count('failed'),
    delayed: count('delayed'),
    paused: isPaused ? waiting : 0,
    waiting_children: count('waiting-children'),
    is_paused: isPaused,
  };
}

/** Healthy if the queue answers in time. */
export async function checkQueue(queue: Queue): Promise<{ healthy: true; metrics: QueueFigures } | { healthy: false }> {
  try {
    return { healthy: true, metrics: await withTimeout(queueFigures(queue), queueTimeoutMs, queue.name) };
  } catch {
    return { healthy: false };
  }
}

const jobsPerCall = 1_000;

/** Removes records of jobs that ended more than `graceMs` ago and returns how many. Failed jobs with events are kept. */
export async function cleanQueue(queue: Queue, graceMs: number): Promise<number> {
  const states = findQueue(queue.name)?.holdsEvents ? (['completed'] as const) : (['completed', 'failed'] as const);
  let removed = 0;
  for (const state of states) {
    for (let batch = jobsPerCall; batch === jobsPerCall; removed += batch) {
      batch = (await queue.clean(graceMs, jobsPerCall, state)).length;
    }
  }
  return removed;
}
