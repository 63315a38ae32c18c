/** What this process took and refused, by the hour of receipt: counted in memory, since no answer waits for Postgres. */
import { accountedId, hourOf, newProcessId } from '@millrace/shared/contract/job-account';

export interface HourCounts {
  hour: string;
  /** Events that are durable in the queue. */
  accepted: number;
  rejected: number;
}

export interface Ledger {
  /** Stands in the ids of the jobs that this process makes. */
  readonly process: number;
  /** An id for a job that is made now. */
  nextJobId(nowMs: number): string;
  /** Events of a job with an id of `madeMs` are durable. */
  accept(madeMs: number, events: number): void;
  reject(events: number): void;
  /** Hours that have changed since they were noted, whole. */
  changed(): HourCounts[];
  /** What {@link changed} told is kept; finished hours are forgotten with it. */
  noted(counts: HourCounts[]): void;
}

const hourMs = 3_600_000;

export function createLedger(now: () => number = Date.now): Ledger {
  const process = newProcessId();
  const hours = new Map<number, { accepted: number; rejected: number; isNoted: boolean }>();
  let jobs = 0;

  function at(ms: number) {
    const number = Math.floor(ms / hourMs);
    let counts = hours.get(number);
    if (!counts) {
      counts = { accepted: 0, rejected: 0, isNoted: true };
      hours.set(number, counts);
    }
    counts.isNoted = false;
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
      at(madeMs).accepted += events;
    },
    reject(events) {
      at(now()).rejected += events;
    },
    changed: () =>
      [...hours]
        .filter(([, { isNoted }]) => !isNoted)
        .map(([number, { accepted, rejected }]) => ({ hour: hourOf(number * hourMs), accepted, rejected })),
    noted(counts) {
      const lastHour = Math.floor(now() / hourMs) - 1;
      for (const each of counts) {
        const kept = hours.get(numberOf(each))!;
        if (kept.accepted !== each.accepted || kept.rejected !== each.rejected) continue;
        kept.isNoted = true;
        // A job that was made in the last hour may still be on its way.
        if (numberOf(each) < lastHour) hours.delete(numberOf(each));
      }
    },
  };
}
