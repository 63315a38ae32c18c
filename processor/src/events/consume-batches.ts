/** Stores the events of jobs: merges active jobs, retries transient errors, dead-letters events that can never be stored. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  BrokenJobError,
  type EventIngestData,
  eventJobSchema,
  unpackEvents,
} from '@millrace/shared/contract/event-job';
import { type JobAccount, readJobAccount } from '@millrace/shared/contract/job-account';
import type { EventIngestResult } from '@millrace/shared/contract/job-results';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { splitArray } from '@millrace/shared/platform/split-array';
import { latencyBuckets, sizeBuckets, type Telemetry } from '@millrace/shared/platform/telemetry';
import type { Job } from '@millrace/shared/queue/queue';
import { finishJob } from './account-jobs.js';
import { classifyError, isDataFault } from './classify-error.js';
import { isolatePoison, type StoreOutcome, writeDeadLetter } from './isolate-poison.js';
import { type Batch, createBatchMerger, joinBatches, type MergeLimits } from './merge-batches.js';
import { storeEvents } from './store-events.js';
import { writeJson } from './write-json.js';

export interface BatchConsumer {
  /** `timestamp` is when the job was added. */
  consume(job: Pick<Job<EventIngestData>, 'id' | 'data'> & { timestamp?: number }): Promise<EventIngestResult>;
  /** Returns retrying jobs to the queue; writes in progress are finished. */
  stopRetrying(): void;
}

export const defaultMergeLimits: MergeLimits = { events: 10_000, characters: 2_000_000, parallel: 2 };

/** Retries of an unclassified error before the job goes back to the queue. */
const unknownErrorRetries = 3;

/** Pause before retry `attempt` (from 0): 100 ms, doubled each time up to 3.2 s, with jitter so that processors spread out. */
const retryDelayMs = (attempt: number) => 100 * 2 ** Math.min(attempt, 5) * (0.5 + Math.random());

/** Rethrows all other errors, so the queue retries the job. */
function asBrokenJob(error: unknown): BrokenJobError {
  if (error instanceof BrokenJobError) return error;
  throw error;
}

export function createBatchConsumer(
  pool: Pool,
  telemetry: Telemetry,
  logger: Logger,
  limits: MergeLimits = defaultMergeLimits,
): BatchConsumer {
  const stored = telemetry.counter('millrace_processor_stored_events_total', 'Events stored');
  const duplicates = telemetry.counter('millrace_processor_duplicate_events_total', 'Events that were already stored');
  const deadLettered = telemetry.counter('millrace_processor_dead_lettered_events_total', 'Events dead-lettered');
  const writeSeconds = telemetry.histogram('millrace_processor_write_seconds', 'Time of one write', latencyBuckets);
  const writeEvents = telemetry.histogram('millrace_processor_write_events', 'Events of one write', sizeBuckets);
  const logRetry = createErrorLog(logger, 'could not store events; retrying');
  const stopping = new AbortController();

  function count(events: number, outcome: StoreOutcome): void {
    stored.inc(outcome.stored);
    deadLettered.inc(outcome.deadLettered);
    duplicates.inc(Math.max(0, events - outcome.stored - outcome.deadLettered));
  }

  async function isolateJob({ jobId, events, count: size, hasContext, account }: Batch): Promise<StoreOutcome> {
    const list = splitArray(events);
    if (list === undefined) {
      const payload = { v: hasContext ? 2 : 1, count: size, events };
      return deadLetterJob(jobId, 'invalid job: events is not a JSON array', payload, account);
    }
    const insert = (text: string) => storeEvents(pool, text, hasContext, { jobs: [account], areDone: false });
    const outcome = await isolatePoison(pool, insert, { id: jobId, account }, list);
    await finishJob(pool, account);
    if (outcome.deadLettered > 0) logger.warn({ job: jobId, events: outcome.deadLettered }, 'events dead-lettered');
    return outcome;
  }

  async function deadLetterJob(
    id: string,
    reason: string,
    payload: unknown,
    account: JobAccount,
  ): Promise<StoreOutcome> {
    const { events } = account;
    await writeDeadLetter(pool, { id, account, events, isDone: true }, reason, writeJson(payload));
    logger.warn({ job: id, reason, events }, 'job dead-lettered: its data is invalid');
    return { stored: 0, deadLettered: events };
  }

  /** Stores the group at once, or each job by itself if the data is at fault, so that dead letters name their job. */
  async function store(group: Batch[]): Promise<StoreOutcome> {
    try {
      const hasContext = group.some((batch) => batch.hasContext);
      const accounts = { jobs: group.map(({ account }) => account), areDone: true };
      return { stored: await storeEvents(pool, joinBatches(group), hasContext, accounts), deadLettered: 0 };
    } catch (error) {
      if (!isDataFault(error)) throw error;
    }
    const total = { stored: 0, deadLettered: 0 };
    for (const batch of group) {
      const { stored, deadLettered } = await isolateJob(batch);
      total.stored += stored;
      total.deadLettered += deadLettered;
    }
    return total;
  }

  /** Counts at the end: a retried group must not be counted twice. */
  async function tryWrite(group: Batch[]): Promise<void> {
    const size = group.reduce((sum, batch) => sum + batch.count, 0);
    const stop = writeSeconds.startTimer();
    count(size, await store(group));
    stop();
    writeEvents.observe(size);
  }

  async function write(group: Batch[]): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await tryWrite(group);
      } catch (error) {
        const givenUp = classifyError(error) !== 'transient' && attempt >= unknownErrorRetries;
        if (givenUp || stopping.signal.aborted) throw error;
        logRetry(error);
        await pause(retryDelayMs(attempt), undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  const merge = createBatchMerger(write, limits);
  return {
    async consume({ id = 'unknown', data, timestamp = Date.now() }) {
      const { error } = eventJobSchema.validate(data, { convert: false });
      const unpacked = error ?? (await unpackEvents(data).catch(asBrokenJob));
      if (!(unpacked instanceof Error)) {
        const account = readJobAccount(id, data.count, timestamp);
        await merge({ jobId: id, count: data.count, account, ...unpacked });
        return { events: data.count };
      }
      const events = Number.isSafeInteger(data?.count) && data.count > 0 ? data.count : 1;
      const account = readJobAccount(id, events, timestamp);
      count(events, await deadLetterJob(id, `invalid job: ${unpacked.message}`, data, account));
      return { events };
    },
    stopRetrying: () => stopping.abort(),
  };
}
