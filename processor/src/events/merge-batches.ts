/** Turns the batches of all jobs that are active at a time into few large writes. */
import type { JobAccount } from '@millrace/shared/contract/job-account';
import { type GroupSize, takeGroup } from '@millrace/shared/platform/take-group';

export interface Batch {
  jobId: string;
  /** Text of a JSON array. */
  events: string;
  count: number;
  /** Of version 2 of the job. */
  hasContext: boolean;
  account: JobAccount;
}

/** The size of one write at most, unless one batch alone is larger. */
export interface MergeLimits extends GroupSize {
  /** Writes at a time. */
  parallel: number;
}

interface Waiting {
  batch: Batch;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What of a group was new is counted for its hour. */
const areOfOneHour = (one: Waiting, other: Waiting) => one.batch.account.hour === other.batch.account.hour;

const sizeOf = ({ batch }: Waiting) => ({ events: batch.count, characters: batch.events.length });

/** Hands `write` groups of batches; the function returned resolves when the batch given to it was written. */
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
      void writeGroup(takeGroup(waiting, sizeOf, limits, areOfOneHour));
  }

  /** Later in this turn of the event loop, so that jobs that arrive together are written together. */
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

/** One JSON array out of several. */
export function joinBatches(group: Batch[]): string {
  const [only] = group;
  if (only && group.length === 1) return only.events;
  return `[${group.map(({ events }) => events.slice(events.indexOf('[') + 1, events.lastIndexOf(']'))).join(',')}]`;
}
