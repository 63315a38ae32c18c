/** Works on queue `data-export`, and once a minute looks after what went missing and what is past its life. */

import { createErrorLog } from '@millrace/shared/platform/logger';
import { type JobWorkerDeps, startJobWorker } from '@millrace/shared/queue/job-worker';
import { openQueue } from '@millrace/shared/queue/queue';
import { repeatUntil } from '../background/repeat-until.js';
import { createExportConsumer } from './consume-exports.js';
import { addMissingJobs } from './queue-exports.js';
import { sweepExports } from './sweep-exports.js';
import type { WriteDependencies } from './write-export.js';

export interface ExportWorker {
  check(): Promise<unknown>;
  /** Lets exports under way go on for so long; those that do not end by then are handed back. */
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
    if (added > 0) logger.info({ added }, 'added the jobs of exports that had none');
    await sweepExports(deps);
  }
  const tidying = repeatUntil(tidy, tidyMs, createErrorLog(logger, 'could not look after exports'));

  return {
    check: worker.check,
    async close(graceMs) {
      await Promise.all([worker.close(), consumer.stop(graceMs)]);
      await tidying.stop();
      await handle.close();
    },
  };
}
