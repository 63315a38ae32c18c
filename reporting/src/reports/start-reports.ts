import { createErrorLog } from '@millrace/shared/platform/logger';
import { repeat } from '@millrace/shared/platform/repeat';
import { type JobWorkerDeps, type RunningWorker, startJobWorker } from '@millrace/shared/queue/job-worker';
import { dayMs } from '@millrace/shared/time/durations';
import { checkRevisions } from './check-revisions.js';
import { createReportConsumer, type ReportsDeps } from './consume-reports.js';
import { queueReports } from './queue-reports.js';
import { cleanFiles } from './report-files.js';

const queueEveryMs = 1_000;
const checkEveryMs = 60_000;
const checkBatchSize = 20;
const cleanEveryMs = 600_000;
export interface StartReportsDeps extends ReportsDeps, JobWorkerDeps {
  /** Days until files of reports expire. */
  ttlDays: number;
}

/** Starts the worker of the report jobs, and the periodic queueing, revision checks and file cleanup. */
export function startReports(deps: StartReportsDeps): RunningWorker {
  const { pool, stores, logger, ttlDays } = deps;
  const logOnce = createErrorLog(logger, 'report maintenance failed; it will be retried');
  const logError = (error: unknown) => logOnce(error as Error);
  const stopping = new AbortController();
  const handle = createReportConsumer({ ...deps, stopping: stopping.signal });
  const worker = startJobWorker('report-generation', deps, handle);
  const checking = { batchSize: checkBatchSize, onError: logError, signal: stopping.signal };
  const stops = [
    repeat(() => queueReports(deps), queueEveryMs, logError),
    repeat(() => checkRevisions(pool, new Date(), checking), checkEveryMs, logError),
    repeat(() => cleanFiles(pool, stores, new Date(Date.now() - ttlDays * dayMs), logError), cleanEveryMs, logError),
  ];
  return {
    check: worker.check,
    async close() {
      stopping.abort();
      await Promise.all(stops.map((stop) => stop()));
      await worker.close();
    },
  };
}
