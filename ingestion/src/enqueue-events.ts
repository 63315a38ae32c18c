/** Adds validated events to the queue with group commit: events that arrive while one job is being added form the next job. */
import { eventJob, packedEventJob } from '@millrace/shared/contract/event-job';
import type { ErrorCode } from '@millrace/shared/platform/errors';
import { takeGroup } from '@millrace/shared/platform/take-group';
import { latencyBuckets, sizeBuckets, type Telemetry } from '@millrace/shared/platform/telemetry';
import { createLedger, type Ledger } from './ledger.js';
import type { QueueGate } from './queue-gate.js';
import { type EventBatch, jobLimits } from './validate-events.js';

/** `undefined` if the events are durable, else why they may not be. */
export type EnqueueOutcome = Extract<ErrorCode, 'queue_unavailable' | 'overloaded'> | undefined;

export interface EventQueue {
  enqueue(batch: EventBatch): Promise<EnqueueOutcome>;
  /** Resolves when no events are waiting. */
  drain(): Promise<void>;
}

interface Waiting {
  batch: EventBatch;
  settle: (outcome: EnqueueOutcome) => void;
}

/** Some 30,000 events: if processors are that far behind, memory of the queue matters more than a little time for compression. */
const backlogJobs = 10;

/** Includes the comma that joins the batches. */
const sizeOf = ({ batch }: Waiting) => ({ events: batch.count, characters: batch.text.length + 1 });

/** Waits for requests that have arrived but are not yet read, which can then join the same job. */
const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** At most one job is being added at a time, so job size adapts to the load. */
export function createEventQueue(gate: QueueGate, telemetry: Telemetry, ledger: Ledger = createLedger()): EventQueue {
  const queued = telemetry.counter('millrace_ingestion_queued_events_total', 'Events stored durably in the queue');
  const flushSize = telemetry.histogram('millrace_ingestion_flush_events', 'Events per job', sizeBuckets);
  const flushSeconds = telemetry.histogram(
    'millrace_ingestion_flush_seconds',
    'Time to store a job durably',
    latencyBuckets,
  );
  const waiting: Waiting[] = [];
  let flushing = false;
  let running = Promise.resolve();

  async function flushGroup(group: Waiting[]): Promise<EnqueueOutcome> {
    const count = group.reduce((sum, { batch }) => sum + batch.count, 0);
    const hasContext = group.some(({ batch }) => batch.hasContext);
    const events = `[${group.map(({ batch }) => batch.text).join(',')}]`;
    const stop = flushSeconds.startTimer();
    const madeMs = Date.now();
    try {
      const make = gate.waitingJobs > backlogJobs ? packedEventJob : eventJob;
      await gate.add(ledger.nextJobId(madeMs), await make(events, count, hasContext));
    } catch {
      return 'queue_unavailable';
    }
    stop();
    flushSize.observe(count);
    queued.inc(count);
    ledger.accept(madeMs, count);
    return undefined;
  }

  /** Clears `flushing` in the same turn in which it finds nothing left, so that no later batch is missed. */
  async function flush(): Promise<void> {
    flushing = true;
    while (waiting.length > 0) {
      await endOfTurn();
      const group = gate.state === 'open' ? takeGroup(waiting, sizeOf, jobLimits) : waiting.splice(0);
      const outcome = gate.state === 'open' ? await flushGroup(group) : gate.state;
      for (const { settle } of group) settle(outcome);
    }
    flushing = false;
  }

  return {
    enqueue(batch) {
      if (gate.state !== 'open') return Promise.resolve(gate.state);
      return new Promise((settle) => {
        waiting.push({ batch, settle });
        if (!flushing) running = flush();
      });
    },
    drain: () => running,
  };
}
