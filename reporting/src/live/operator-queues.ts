/** Reads the depth and speed of each queue. */

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
  /** Finished jobs. */
  rate_per_second: number;
  /** 0 if no job is waiting. */
  oldest_waiting_seconds: number;
}

export interface OperatorQueues {
  /** `eventJobRate`: event jobs per second, of which the queue keeps no record. @throws ServiceError `queue_unavailable`. */
  read(eventJobRate: number): Promise<QueueDepth[]>;
  close(): Promise<void>;
}

const timeoutMs = 3_000;

/** On Postgres, waiting jobs of a paused queue have a separate state. */
const countedStates = ['waiting', 'paused', 'prioritized', 'active', 'delayed', 'failed'];

/** The rate is computed from at most this many records, and at most this far back. */
const maxRecords = 60;
const rateMs = 60_000;

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Of the last minute, or since the oldest of the records if that is more recent. */
async function rateOf(queue: Queue, now: number): Promise<number> {
  const records = (await queue.getJobs(['completed', 'failed'], 0, maxRecords - 1)).filter(Boolean);
  const ends = records.map(({ finishedOn = 0 }) => finishedOn).filter((end) => end > now - rateMs);
  const sinceMs = ends.length < maxRecords ? rateMs : Math.max(1_000, now - Math.min(...ends));
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

/** Connections stay open until `close`. */
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
        const message = 'The queues are unreachable. Their state will be sent again once they can be reached.';
        throw Object.assign(new ServiceError('queue_unavailable', message), { cause: error });
      }
    },
    close: () => Promise.all(handles.map((handle) => handle.close())).then(() => undefined),
  };
}
