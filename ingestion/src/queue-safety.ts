/** Turns what a queue's server says of itself into whether events may be entrusted to it. */
import type { QueueLocation } from '@millrace/shared/platform/config';
import type { Queue } from '@millrace/shared/queue/queue';

/** What a queue's server promises of what it has accepted. */
export interface QueueSafety {
  /** Why nothing may be entrusted to it. */
  fault?: string;
  /** Why less may be kept than a 200 promises. */
  warning?: string;
  /** True when its memory is nearly used up: beyond it nobody could even take jobs out. */
  full?: boolean;
}

/** Share of Redis's maxmemory that jobs may use; BullMQ needs some for taking a job. */
const maxMemoryShare = 0.8;

/** Asks Redis what may silently lose or block jobs: eviction, memory only, memory used up. Postgres has none of these. */
export async function checkQueueSafety(queue: Queue, location: QueueLocation): Promise<QueueSafety> {
  if (location.kind === 'postgres') return {};
  const info = await (await queue.getBackend().client).info();
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy !== undefined && policy !== 'noeviction') {
    return { fault: `Redis throws jobs away when memory runs out (${policy}): set maxmemory-policy to noeviction` };
  }
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const full = figure('maxmemory') > 0 && figure('used_memory') > figure('maxmemory') * maxMemoryShare;
  if (figure('aof_enabled') === 1) return { full };
  return {
    full,
    warning: 'Redis keeps jobs in memory only: set appendonly yes and appendfsync always, or its crash loses events',
  };
}
