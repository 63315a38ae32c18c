/** Runs queue workers according to their contracts: validates data, counts and logs outcomes. */
import { UnrecoverableError } from 'bullmq';
import { didNothing } from '../contract/job-results.js';
import { checkJobData, findQueue, type QueueName } from '../contract/jobs.js';
import type { QueueLocation } from '../platform/config.js';
import type { Logger } from '../platform/logger.js';
import type { Telemetry } from '../platform/telemetry.js';
import { createNewerJobs } from './newer-jobs.js';
import { createWorker, type Job, type Worker } from './queue.js';

export interface JobWorkerDeps {
  location: QueueLocation;
  logger: Logger;
  telemetry: Telemetry;
  /** Overrides the contract's. */
  concurrency?: number | undefined;
  /** Overrides the contract's; null disables it. */
  limiter?: { max: number; durationMs: number } | null | undefined;
}

export interface RunningWorker {
  /** Rejects if the queue does not respond. */
  check(): Promise<unknown>;
  /** Stops taking jobs, and resolves when the active ones are done. */
  close(): Promise<void>;
}

/** Runs one job with valid data. BullMQ needs `token` to let the job wait for others. */
export type HandleJob<Result> = (job: Job, token: string) => Promise<Result>;

/** In seconds, from a no-op to an aggregation of a large site. */
const durationBuckets = [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800];

/** Counts and logs all events of a worker's jobs. */
export function watchJobs(worker: Worker, { telemetry, logger }: Pick<JobWorkerDeps, 'telemetry' | 'logger'>): void {
  const labels: ('queue' | 'job')[] = ['queue', 'job'];
  // BullMQ activates a job a second time when its children are done, without ending the first run.
  const startedHelp =
    'Job runs: one per attempt, plus one when a job for all sites resumes after its sites, or a job whose worker died is restarted';
  const started = telemetry.counter('millrace_jobs_started_total', startedHelp, labels);
  const progressed = telemetry.counter('millrace_jobs_progress_total', 'Progress reports', labels);
  const completed = telemetry.counter('millrace_jobs_completed_total', 'Completed jobs', labels);
  const failed = telemetry.counter('millrace_jobs_failed_total', 'Failed attempts', labels);
  const seconds = telemetry.histogram('millrace_job_seconds', 'Duration of a job', durationBuckets, labels);
  const queue = findQueue(worker.name);
  const holdsEvents = queue?.holdsEvents === true;
  const names = Object.keys(queue?.jobs ?? {});
  const labelsByName = new Map(names.map((job) => [job, { queue: worker.name, job }]));
  // Job names are arbitrary input, so unknown ones share a label.
  const unknown = { queue: worker.name, job: 'unknown' };
  const labelsOf = (name = '') => labelsByName.get(name) ?? unknown;
  worker.on('active', (job) => started.inc(labelsOf(job.name)));
  worker.on('progress', (job) => progressed.inc(labelsOf(job.name)));
  worker.on('completed', (job, result) => {
    const ms = (job.finishedOn ?? 0) - (job.processedOn ?? 0);
    completed.inc(labelsOf(job.name));
    seconds.observe(labelsOf(job.name), ms / 1_000);
    // Jobs that run every minute with nothing to do, and event jobs, would drown all other lines.
    const level = didNothing(result) || holdsEvents ? 'debug' : 'info';
    logger[level]({ queue: worker.name, name: job.name, job: job.id, ms, result }, 'job completed');
  });
  worker.on('failed', (job, error) => {
    failed.inc(labelsOf(job?.name));
    const { id, name, attemptsMade } = job ?? {};
    logger.error({ queue: worker.name, name, job: id, attempt: attemptsMade, err: error }, 'job failed');
  });
  worker.on('stalled', (job) => logger.warn({ queue: worker.name, job }, 'took over a job whose worker died'));
}

/** Runs the jobs of `queue` until closed. A job with invalid data fails without being retried. */
export function startJobWorker<Result>(
  queue: QueueName,
  deps: JobWorkerDeps,
  handle: HandleJob<Result>,
): RunningWorker {
  const contract = findQueue(queue)!;
  const leaveNewer = createNewerJobs(deps.logger);
  const limiter = deps.limiter === undefined ? contract.limiter : (deps.limiter ?? undefined);
  const worker = createWorker<unknown, Result>(
    queue,
    deps.location,
    deps.logger,
    async (job, token) => {
      await leaveNewer(job, token!);
      const checked = checkJobData(queue, job.name, job.data);
      if (checked.problem !== undefined) throw new UnrecoverableError(checked.problem);
      job.data = checked.data;
      return handle(job as Job, token!);
    },
    { concurrency: deps.concurrency ?? contract.concurrency, limiter },
  );
  watchJobs(worker as Worker, deps);
  return {
    check: () => worker.getBackend().getCounts(['waiting']),
    close: () => worker.close(),
  };
}
