/** Handles jobs of the queue `data-export`: each writes the file of one export. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ExportResult } from '@millrace/shared/contract/job-results';
import type { ExportJobData } from '@millrace/shared/contract/report-data';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { Job } from '@millrace/shared/queue/queue';
import { DelayedError, UnrecoverableError } from 'bullmq';
import { createExport } from './create-export.js';
import { exportOfJob } from './export-data-job.js';
import { describeFailure } from './export-failure.js';
import type { ExportRow } from './export-row.js';
import { type ExportRun, failExport, findSite, giveUpExport, releaseExport } from './export-runs.js';
import { readExport } from './read-exports.js';
import { processStopping, startExport, type WriteDependencies } from './write-export.js';

export interface ExportConsumer {
  handle: HandleJob<ExportResult>;
  /** Waits up to `graceMs` for running exports, then returns them to the queue. Resolves when none is running. */
  stop(graceMs: number): Promise<void>;
}

/** An export that crashes its worker must not be started forever. */
const maxAttempts = 10;
/** Delay before another worker can pick up a returned job. */
const returnDelayMs = 1_000;

async function findRow({ writePool }: WriteDependencies, { exportId }: ExportJobData): Promise<ExportRow | undefined> {
  const siteId = await findSite(writePool, exportId);
  return siteId === undefined ? undefined : readExport(writePool, exportId, siteId);
}

/** An EXPORT_DATA job describes the export itself: its row is created first. */
async function rowOf(deps: WriteDependencies, job: Job): Promise<ExportRow | undefined> {
  if (job.name !== 'EXPORT_DATA') return findRow(deps, job.data as ExportJobData);
  try {
    return await createExport(deps.writePool, exportOfJob(job), deps.quotaBytes);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // Retrying would not help: the data of the job does not change.
    if (['invalid_request', 'not_found', 'conflict'].includes(code ?? '')) throw new UnrecoverableError(message);
    throw error;
  }
}

/** The result for an export that does not have to be written; undefined if it does. */
function resultIfDone(row: ExportRow | undefined): ExportResult | undefined {
  if (!row) return { skipped: 'the export was deleted' };
  if (row.status === 'completed') return { exportId: row.id, rows: row.rows, bytes: row.bytes, ms: 0 };
  if (row.status === 'pending' || row.status === 'processing') return undefined;
  return { skipped: `the export is ${row.status}` };
}

/** @throws the error that tells BullMQ whether to retry. */
async function recordFailure(
  { writePool, logger }: WriteDependencies,
  job: Job,
  run: ExportRun,
  error: unknown,
): Promise<never> {
  const { reason, whileRetried = reason, isFinal } = describeFailure(error);
  const isLast = isFinal || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  logger.warn({ err: error, export: run.id, isLast }, 'export failed');
  if (isLast) await failExport(writePool, run, reason);
  else await releaseExport(writePool, run, whileRetried);
  throw isFinal ? new UnrecoverableError(reason) : error;
}

export function createExportConsumer(deps: WriteDependencies): ExportConsumer {
  const running = new Map<AbortController, Promise<unknown>>();
  let isStopping = false;

  async function returnToQueue(job: Job, token: string, run?: ExportRun): Promise<never> {
    if (run) await releaseExport(deps.writePool, run, null);
    await job.moveToDelayed(Date.now() + returnDelayMs, token);
    throw new DelayedError();
  }

  async function work(job: Job, token: string, stopController: AbortController): Promise<ExportResult> {
    const startedAt = performance.now();
    const row = await rowOf(deps, job);
    const result = resultIfDone(row);
    if (!row || result) return result!;
    if (row.attempts >= maxAttempts) {
      const reason = `It was started ${maxAttempts} times, but every worker stopped before finishing it. ${row.error ?? ''}`;
      await giveUpExport(deps.writePool, row, reason.trim());
      throw new UnrecoverableError(reason);
    }
    const started = await startExport(deps, row, stopController);
    if (!started) return { skipped: 'another worker has taken over the export' };
    try {
      const written = await started.written;
      if (written === 'lost') return { skipped: 'the export was deleted, or another worker has taken it over' };
      return { exportId: row.id, ...written, ms: Math.round(performance.now() - startedAt) };
    } catch (error) {
      if (error === processStopping) return returnToQueue(job, token, started.run);
      return recordFailure(deps, job, started.run, error);
    }
  }

  return {
    async handle(job, token) {
      if (isStopping) return returnToQueue(job, token);
      const stopController = new AbortController();
      const working = work(job, token, stopController);
      running.set(stopController, working);
      try {
        return await working;
      } finally {
        running.delete(stopController);
      }
    },
    async stop(graceMs) {
      isStopping = true;
      const ended = () => Promise.allSettled(running.values());
      await Promise.race([ended(), pause(graceMs, undefined, { ref: false })]);
      for (const stopController of running.keys()) stopController.abort(processStopping);
      await ended();
    },
  };
}
