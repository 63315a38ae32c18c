/** Merges the batches of all active jobs into few large writes. */
import type { JobAccount } from '@millrace/shared/contract/job-account';
import { type GroupSize, takeGroup } from '@millrace/shared/platform/take-group';

export interface Batch {
  jobId: string;
  /** JSON array. */
  events: string;
  count: number;
  /** From job version 2. */
  hasContext: boolean;
  account: JobAccount;
}

/** Limits of one write; a single batch may exceed them. */
export interface MergeLimits extends GroupSize {
  /** Concurrent writes. */
  parallel: number;
}

interface Waiting {
  batch: Batch;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** New events of a group are counted for one hour, so all its jobs must share it. */
const haveSameHour = (one: Waiting, other: Waiting) => one.batch.account.hour === other.batch.account.hour;

const sizeOf = ({ batch }: Waiting) => ({ events: batch.count, characters: batch.events.length });

/** Calls `write` with groups of batches; the returned function resolves when its batch was written. */
export function createBatchMerger(
  write: (group: Batch[]) => Promise<void>,
  limits: MergeLimits,
): (batch: Batch) => Promise<void> {
  const waiting: Waiting[] = [];
  let writing = 0;
  let scheduled = false;

  async function writeGroup(group: Waiting[]): Promise<void> {
    writing += 1;
    try {
      await write(group.map(({ batch }) => batch));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    writing -= 1;
    schedule();
  }

  function start(): void {
    scheduled = false;
    while (writing < limits.parallel && waiting.length > 0)
      void writeGroup(takeGroup(waiting, sizeOf, limits, haveSameHour));
  }

  /** Deferred, so that jobs that arrive together are written together. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(start);
  }

  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ batch, resolve, reject });
      schedule();
    });
}

/** Joins JSON arrays into one. */
export function joinBatches(group: Batch[]): string {
  const [only] = group;
  if (only && group.length === 1) return only.events;
  return `[${group.map(({ events }) => events.slice(events.indexOf('[') + 1, events.lastIndexOf(']'))).join(',')}]`;
}
