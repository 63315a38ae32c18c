/** Workers of queues by their contracts: data checked, outcomes counted and logged. */
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
  /** Instead of the contract's. */
  concurrency?: number | undefined;
  /** Instead of the contract's; null lifts it. */
  limiter?: { max: number; durationMs: number } | null | undefined;
}

export interface RunningWorker {
  /** Rejects when the queue does not answer. */
  check(): Promise<unknown>;
  /** Takes no new jobs and resolves when the active ones are done. */
  close(): Promise<void>;
}

/** Works on one job whose data keep their contract; `token` is what BullMQ wants back when the job waits for others. */
export type HandleJob<Result> = (job: Job, token: string) => Promise<Result>;

/** Seconds, from a no-op to an aggregation of a large site. */
const durationBuckets = [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800];

/** Counts and logs the life of every job of `worker`. */
export function watchJobs(worker: Worker, { telemetry, logger }: Pick<JobWorkerDeps, 'telemetry' | 'logger'>): void {
  const labels: ('queue' | 'job')[] = ['queue', 'job'];
  // BullMQ makes a job active a second time when its children are done, without having ended the first run.
  const startedHelp =
    'Runs of jobs: one per attempt, another for a job of all sites once its sites are done, and for one whose worker died';
  const started = telemetry.counter('millrace_jobs_started_total', startedHelp, labels);
  const progressed = telemetry.counter('millrace_jobs_progress_total', 'Reports of progress', labels);
  const completed = telemetry.counter('millrace_jobs_completed_total', 'Jobs that are done', labels);
  const failed = telemetry.counter('millrace_jobs_failed_total', 'Attempts that failed', labels);
  const seconds = telemetry.histogram('millrace_job_seconds', 'Time of work on a job', durationBuckets, labels);
  const queue = findQueue(worker.name);
  const ofEvents = queue?.holdsEvents === true;
  const known = Object.keys(queue?.jobs ?? {});
  const labelsByName = new Map(known.map((job) => [job, { queue: worker.name, job }]));
  // Names come from whoever adds a job: unknown ones share a label.
  const unknown = { queue: worker.name, job: 'unknown' };
  const labelsOf = (name = '') => labelsByName.get(name) ?? unknown;
  worker.on('active', (job) => started.inc(labelsOf(job.name)));
  worker.on('progress', (job) => progressed.inc(labelsOf(job.name)));
  worker.on('completed', (job, result) => {
    const ms = (job.finishedOn ?? 0) - (job.processedOn ?? 0);
    completed.inc(labelsOf(job.name));
    seconds.observe(labelsOf(job.name), ms / 1_000);
    // What the clock starts every minute and finds nothing to do would drown all other lines, as would jobs of events.
    const level = didNothing(result) || ofEvents ? 'debug' : 'info';
    logger[level]({ queue: worker.name, name: job.name, job: job.id, ms, result }, 'job completed');
  });
  worker.on('failed', (job, error) => {
    failed.inc(labelsOf(job?.name));
    const { id, name, attemptsMade } = job ?? {};
    logger.error({ queue: worker.name, name, job: id, attempt: attemptsMade, err: error }, 'job failed');
  });
  worker.on('stalled', (job) => logger.warn({ queue: worker.name, job }, 'took over a job whose worker went away'));
}

/** Works on `queue` by its contract until closed. Data that break it fail at once, without another attempt. */
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
