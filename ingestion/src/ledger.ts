/** Counts accepted and refused events by hour of receipt, in memory, so that no response waits for Postgres. */
import { accountedId, hourOf, newProcessId } from '@millrace/shared/contract/job-account';

interface HourCounts {
  hour: string;
  /** Events stored durably in the queue. */
  accepted: number;
  rejected: number;
}

export interface Ledger {
  /** Part of the ids of this process's jobs. */
  readonly process: number;
  nextJobId(nowMs: number): string;
  /** Counts the events of a job, created at `madeMs`, that is now durable. */
  accept(madeMs: number, events: number): void;
  reject(events: number): void;
  /** Total counts of the hours that have changed since they were saved. */
  unsaved(): HourCounts[];
  /** Marks the result of {@link unsaved} as saved, and drops hours that are over. */
  markSaved(counts: HourCounts[]): void;
}

const hourMs = 3_600_000;

export function createLedger(now: () => number = Date.now): Ledger {
  const process = newProcessId();
  const hours = new Map<number, { accepted: number; rejected: number; isSaved: boolean }>();
  let jobs = 0;

  function countsAt(ms: number) {
    const number = Math.floor(ms / hourMs);
    let counts = hours.get(number);
    if (!counts) {
      counts = { accepted: 0, rejected: 0, isSaved: true };
      hours.set(number, counts);
    }
    counts.isSaved = false;
    return counts;
  }

  const numberOf = ({ hour }: HourCounts) => Date.parse(hour) / hourMs;

  return {
    process,
    nextJobId(nowMs) {
      jobs += 1;
      return accountedId(process, jobs, nowMs);
    },
    accept(madeMs, events) {
      countsAt(madeMs).accepted += events;
    },
    reject(events) {
      countsAt(now()).rejected += events;
    },
    unsaved: () =>
      [...hours]
        .filter(([, { isSaved }]) => !isSaved)
        .map(([number, { accepted, rejected }]) => ({ hour: hourOf(number * hourMs), accepted, rejected })),
    markSaved(counts) {
      const lastHour = Math.floor(now() / hourMs) - 1;
      for (const each of counts) {
        const kept = hours.get(numberOf(each))!;
        if (kept.accepted !== each.accepted || kept.rejected !== each.rejected) continue;
        kept.isSaved = true;
        // A job created in the last hour may still be on its way to the queue.
        if (numberOf(each) < lastHour) hours.delete(numberOf(each));
      }
    },
  };
}
