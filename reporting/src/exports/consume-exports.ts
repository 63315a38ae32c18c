/** Jobs of queue `data-export`: each writes the file of one export, and says in its row how that ended. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ExportResult } from '@millrace/shared/contract/job-results';
import type { ExportJobData } from '@millrace/shared/contract/report-data';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { Job } from '@millrace/shared/queue/queue';
import { DelayedError, UnrecoverableError } from 'bullmq';
import { createExport } from './create-export.js';
import { exportDataWish } from './export-data-wish.js';
import { describeFailure } from './export-failure.js';
import type { ExportRow } from './export-row.js';
import { type ExportRun, failExport, findSite, giveUpExport, releaseExport } from './export-runs.js';
import { readExport } from './read-exports.js';
import { processEnds, startExport, type WriteDependencies } from './write-export.js';

export interface ExportConsumer {
  handle: HandleJob<ExportResult>;
  /** Gives exports under way so long to end, then hands them back to the queue. Resolves when no job is under way. */
  stop(graceMs: number): Promise<void>;
}

/** So often an export is begun, whatever ended its workers: one that ends every worker must not do so for ever. */
const mostAttempts = 10;
/** Before another worker takes what this one hands back. */
const handBackMs = 1_000;

async function findRow({ writePool }: WriteDependencies, { exportId }: ExportJobData): Promise<ExportRow | undefined> {
  const siteId = await findSite(writePool, exportId);
  return siteId === undefined ? undefined : readExport(writePool, exportId, siteId);
}

/** Of a job that names its data itself, the row is made first. */
async function rowOf(deps: WriteDependencies, job: Job): Promise<ExportRow | undefined> {
  if (job.name !== 'EXPORT_DATA') return findRow(deps, job.data as ExportJobData);
  try {
    return await createExport(deps.writePool, exportDataWish(job), deps.quotaBytes);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // Whatever is wrong with the data stays wrong.
    if (['invalid_request', 'not_found', 'conflict'].includes(code ?? '')) throw new UnrecoverableError(message);
    throw error;
  }
}

/** What is said of an export that is not to be written; undefined for one that is. */
function settled(row: ExportRow | undefined): ExportResult | undefined {
  if (!row) return { skipped: 'the export was deleted' };
  if (row.status === 'completed') return { exportId: row.id, rows: row.rows, bytes: row.bytes, ms: 0 };
  if (row.status === 'pending' || row.status === 'processing') return undefined;
  return { skipped: `the export is ${row.status}` };
}

/** @throws what BullMQ is to know of the failure. */
async function noteFailure(
  { writePool, logger }: WriteDependencies,
  job: Job,
  run: ExportRun,
  error: unknown,
): Promise<never> {
  const { reason, whileRetried = reason, isFinal } = describeFailure(error);
  const isLast = isFinal || job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
  logger.warn({ err: error, export: run.id, isLast }, 'export not written');
  if (isLast) await failExport(writePool, run, reason);
  else await releaseExport(writePool, run, whileRetried);
  throw isFinal ? new UnrecoverableError(reason) : error;
}

export function createExportConsumer(deps: WriteDependencies): ExportConsumer {
  const underWay = new Map<AbortController, Promise<unknown>>();
  let isStopping = false;

  async function handBack(job: Job, token: string, run?: ExportRun): Promise<never> {
    if (run) await releaseExport(deps.writePool, run, null);
    await job.moveToDelayed(Date.now() + handBackMs, token);
    throw new DelayedError();
  }

  async function work(job: Job, token: string, stopping: AbortController): Promise<ExportResult> {
    const startedAt = performance.now();
    const row = await rowOf(deps, job);
    const result = settled(row);
    if (!row || result) return result!;
    if (row.attempts >= mostAttempts) {
      const reason = `It was begun ${mostAttempts} times, and no worker lived long enough to end it. ${row.error ?? ''}`;
      await giveUpExport(deps.writePool, row, reason.trim());
      throw new UnrecoverableError(reason);
    }
    const started = await startExport(deps, row, stopping);
    if (!started) return { skipped: 'another worker has taken the export over' };
    try {
      const written = await started.written;
      if (written === 'lost') return { skipped: 'the export was deleted, or another worker has taken it over' };
      return { exportId: row.id, ...written, ms: Math.round(performance.now() - startedAt) };
    } catch (error) {
      if (error === processEnds) return handBack(job, token, started.run);
      return noteFailure(deps, job, started.run, error);
    }
  }

  return {
    async handle(job, token) {
      if (isStopping) return handBack(job, token);
      const stopping = new AbortController();
      const working = work(job, token, stopping);
      underWay.set(stopping, working);
      try {
        return await working;
      } finally {
        underWay.delete(stopping);
      }
    },
    async stop(graceMs) {
      isStopping = true;
      const ended = () => Promise.allSettled(underWay.values());
      await Promise.race([ended(), pause(graceMs, undefined, { ref: false })]);
      for (const stopping of underWay.keys()) stopping.abort(processEnds);
      await ended();
    },
  };
}
