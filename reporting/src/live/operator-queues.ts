/** How much waits in each queue, and how fast it is worked off. */

import { eventIngest, queueNames } from '@millrace/shared/contract/jobs';
import type { QueueLocation } from '@millrace/shared/platform/config';
import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Logger } from '@millrace/shared/platform/logger';
import { oldestWaiting } from '@millrace/shared/queue/oldest-waiting';
import { openQueue, type Queue, type QueueHandle } from '@millrace/shared/queue/queue';
import type { JobType } from 'bullmq';

export interface QueueDepth {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  failed: number;
  /** Jobs that ended. */
  rate_per_second: number;
  /** 0 when none waits. */
  oldest_waiting_seconds: number;
}

export interface OperatorQueues {
  /** `rateOfEvents`: jobs of events in a second, of which the queue keeps no record. @throws ServiceError `queue_unavailable`. */
  read(rateOfEvents: number): Promise<QueueDepth[]>;
  close(): Promise<void>;
}

const timeoutMs = 3_000;

/** Waiting jobs of a paused queue have a state of their own on Postgres. */
const countedStates = ['waiting', 'paused', 'prioritized', 'active', 'delayed', 'failed'];

/** The newest records that a rate is made of, and how far they may lie back. */
const mostRecords = 60;
const rateMs = 60_000;

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Of the last minute, or since the oldest record that is looked at where that is less. */
async function rateOf(queue: Queue, now: number): Promise<number> {
  const records = (await queue.getJobs(['completed', 'failed'], 0, mostRecords - 1)).filter(Boolean);
  const ends = records.map(({ finishedOn = 0 }) => finishedOn).filter((end) => end > now - rateMs);
  const sinceMs = ends.length < mostRecords ? rateMs : Math.max(1_000, now - Math.min(...ends));
  return (ends.length / sinceMs) * 1_000;
}

async function depthOf(queue: Queue, rateOfEvents: number): Promise<QueueDepth> {
  const now = Date.now();
  const isOfEvents = queue.name === eventIngest.queue;
  const [counts, oldest, rate] = await Promise.all([
    queue.getJobCounts(...(countedStates as JobType[])),
    oldestWaiting(queue),
    isOfEvents ? rateOfEvents : rateOf(queue, now),
  ]);
  const count = (state: string) => counts[state] ?? 0;
  return {
    name: queue.name,
    waiting: count('waiting') + count('paused') + count('prioritized'),
    ...{ active: count('active'), delayed: count('delayed'), failed: count('failed') },
    rate_per_second: tenths(rate),
    oldest_waiting_seconds: oldest === undefined ? 0 : Math.max(0, Math.round((now - oldest) / 1_000)),
  };
}

/** All queues; their connections are there until they are closed. */
export function openOperatorQueues(location: QueueLocation, logger: Logger): OperatorQueues {
  const handles: QueueHandle[] = queueNames.map((name) => openQueue(name, location, logger));
  const read = async (rateOfEvents: number) => {
    await Promise.all(handles.map(({ queue }) => queue.waitUntilReady()));
    return Promise.all(handles.map(({ queue }) => depthOf(queue, rateOfEvents)));
  };
  return {
    async read(rateOfEvents) {
      try {
        return await withTimeout(read(rateOfEvents), timeoutMs, 'the queues');
      } catch (error) {
        const message = 'The queues cannot be reached at the moment; what is in them is told again when they can be.';
        throw Object.assign(new ServiceError('queue_unavailable', message), { cause: error });
      }
    },
    close: () => Promise.all(handles.map((handle) => handle.close())).then(() => undefined),
  };
}
