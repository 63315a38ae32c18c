import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Queue } from '@millrace/shared/queue/queue';

export interface QueueSafety {
  /** Why events must not be stored there. */
  fault?: string;
  /** Why accepted events may be lost. */
  warning?: string;
  /** True if its memory is nearly full: once it is, workers could not even take jobs. */
  full?: boolean;
}

/** Share of Redis's maxmemory that jobs may use; BullMQ needs some memory to take a job. */
const maxMemoryShare = 0.8;

/** Checks Redis for settings that may silently lose or block jobs: eviction, no persistence, full memory. Postgres has no such risks. */
export async function checkQueueSafety(queue: Queue, location: QueueLocation): Promise<QueueSafety> {
  if (location.kind === 'postgres') return {};
  const info = await (await queue.getBackend().client).info();
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    return { fault: `Redis evicts jobs when its memory is full (${policy}): set maxmemory-policy to noeviction` };
  }
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const full = figure('maxmemory') > 0 && figure('used_memory') > figure('maxmemory') * maxMemoryShare;
  if (figure('aof_enabled') === 1) return { full };
  return {
    full,
    warning: 'Redis does not persist jobs, so a crash loses events: set appendonly yes and appendfsync always',
  };
}
