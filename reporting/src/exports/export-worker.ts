import { createErrorLog } from '@millrace/shared/platform/logger';
import { repeat } from '@millrace/shared/platform/repeat';
import { type JobWorkerDeps, startJobWorker } from '@millrace/shared/queue/job-worker';
import { openQueue } from '@millrace/shared/queue/queue';
import { createExportConsumer } from './consume-exports.js';
import { addMissingJobs } from './queue-exports.js';
import { sweepExports } from './sweep-exports.js';
import type { WriteDependencies } from './write-export.js';

export interface ExportWorker {
  check(): Promise<unknown>;
  /** Waits up to `graceMs` for running exports; the rest return to the queue. */
  close(graceMs: number): Promise<void>;
}

const tidyMs = 60_000;

export function startExportWorker(jobs: JobWorkerDeps, deps: WriteDependencies): ExportWorker {
  const { logger } = deps;
  const consumer = createExportConsumer(deps);
  const worker = startJobWorker('data-export', jobs, consumer.handle);
  const handle = openQueue('data-export', jobs.location, logger);

  async function tidy(): Promise<void> {
    const added = await addMissingJobs(deps.writePool, handle.queue);
    if (added > 0) logger.info({ added }, 'queued exports that had no job');
    await sweepExports(deps);
  }
  const stopTidying = repeat(tidy, tidyMs, createErrorLog(logger, 'export maintenance failed'));

  return {
    check: worker.check,
    async close(graceMs) {
      await Promise.all([worker.close(), consumer.stop(graceMs)]);
      await stopTidying();
      await handle.close();
    },
  };
}
