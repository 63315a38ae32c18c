/** Handles the jobs of reports. */
import { randomUUID } from 'node:crypto';
import type { DeliverResult, ReportsResult, SiteReportResult } from '@millrace/shared/contract/job-results';
import type { GenerateReportData, ReportJobData, TemplateReportData } from '@millrace/shared/contract/report-data';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { Job } from '@millrace/shared/queue/queue';
import { UnrecoverableError } from 'bullmq';
import type { DeliveryResult } from '../delivery/deliver-report.js';
import { createJobReports } from './create-job-reports.js';
import { createSlotReports } from './create-reports.js';
import { type QueueReportsDeps, queueReports } from './queue-reports.js';
import type { Report } from './report.js';
import { describeReportFailure } from './report-failure.js';
import { nameFile } from './report-files.js';
import { endReport, findReport, recordNameProblem } from './report-rows.js';
import { beginReport, failReport, giveUpReport, type ReportRun, releaseReport, resetAttempts } from './report-runs.js';
import { findTemplate } from './templates/template-rows.js';
import { deleteSchedule } from './templates/template-schedule.js';
import { type WriteDeps, writeReport } from './write-report.js';

export interface ReportsDeps extends WriteDeps, QueueReportsDeps {
  logger: Logger;
  /** @throws if a retry could help. `lastAttempt` means that there will be none. */
  deliver: (report: Report, options: { lastAttempt: boolean }) => Promise<DeliveryResult>;
  clock?: () => Date;
  /** Fires when the worker shuts down. */
  stopping?: AbortSignal;
}

type Result = ReportsResult | SiteReportResult | DeliverResult;
type Handle = (deps: ReportsDeps, job: Job) => Promise<Result>;

const since = (startedAt: number) => Math.round(performance.now() - startedAt);
/** The slot of the schedule if there is one, otherwise when the job was added. */
const instantOf = (at: string | undefined, job: Job) => new Date(at ?? job.timestamp);

const report: Handle = async (deps, job) => {
  const startedAt = performance.now();
  const { templateId, at } = job.data as TemplateReportData;
  const template = await findTemplate(deps.pool, templateId);
  if (!template) {
    // Happens when its site is erased.
    await deleteSchedule(deps.pool, templateId);
    return { skipped: 'the template was deleted' };
  }
  const reportIds = await createSlotReports(deps.pool, template, instantOf(at, job));
  await queueReports(deps);
  return { reportIds, ms: since(startedAt) };
};

const generate: Handle = async (deps, job) => {
  const startedAt = performance.now();
  const data = job.data as unknown as GenerateReportData;
  const reportIds = await createJobReports(deps.pool, job, data, instantOf(data.at, job), deps.clock?.());
  await queueReports(deps);
  return { reportIds, ms: since(startedAt) };
};

const isLastAttempt = ({ attemptsMade, opts }: Job) => attemptsMade + 1 >= (opts.attempts ?? 1);

/** Notes for the readers of the report about figures that may be outdated. */
async function notesOf(job: Job): Promise<string[]> {
  const failures = Object.values(await job.getIgnoredChildrenFailures());
  return failures.length === 0
    ? []
    : ['Aggregated figures may not include the newest events, because the aggregation before this report failed.'];
}

function reportOf({ pool }: ReportsDeps, job: Job): Promise<Report | undefined> {
  const { site_id, reportId } = job.data as ReportJobData;
  return findReport(pool, reportId, site_id);
}

/** Why the run no longer owns the report. @throws ServiceError if a user was erased in the meantime: the file may contain their data and must be rewritten. */
async function lost(deps: ReportsDeps, job: Job): Promise<Result> {
  const current = await reportOf(deps, job);
  if (!current) return { skipped: 'the report was deleted' };
  if (current.status === 'generated') return { skipped: 'it was already written' };
  if (current.status !== 'pending') return { skipped: 'the report was given up, or another worker has taken it over' };
  throw new ServiceError('conflict', 'A user of the site was erased while the report was written.');
}

/** Idempotent. Saves the reason on the report if the file cannot have the name. */
async function saveFileName({ pool, stores }: ReportsDeps, report: Report): Promise<void> {
  if (report.outputName === null) return;
  try {
    await nameFile(stores, report);
  } catch (error) {
    const { reason } = describeReportFailure(error);
    await recordNameProblem(pool, report, `The file could not be saved as "${report.outputName}": ${reason}`);
    throw error;
  }
  await recordNameProblem(pool, report, null);
}

/** A report that crashes its worker must not be started forever. */
const maxAttempts = 10;
const tooManyAttempts = `It was started ${maxAttempts} times, but every worker stopped before finishing it; see the log of the worker. Issue the report again once that is fixed.`;

/** @throws UnrecoverableError always. */
async function giveUp({ pool }: ReportsDeps, report: Report): Promise<never> {
  await giveUpReport(pool, report, tooManyAttempts);
  throw new UnrecoverableError(tooManyAttempts);
}

/** Writes the report. If the worker shuts down meanwhile, the attempt does not count. */
async function writeStarted(deps: ReportsDeps, job: Job, started: Report & ReportRun) {
  const { pool, logger, stopping, clock = () => new Date() } = deps;
  const reset = () =>
    resetAttempts(pool, started).catch((error) =>
      logger.warn({ err: error, report: started.id }, 'could not reset the attempts of a report'),
    );
  stopping?.addEventListener('abort', reset);
  try {
    if (stopping?.aborted) await reset();
    return await writeReport(deps, started, await notesOf(job), clock());
  } finally {
    stopping?.removeEventListener('abort', reset);
  }
}

const siteReport: Handle = async (deps, job) => {
  const startedAt = performance.now();
  const found = await reportOf(deps, job);
  if (!found) return { skipped: 'the report was deleted' };
  if (found.status !== 'generated' && found.begins >= maxAttempts) return giveUp(deps, found);
  const begun = { ...found, run: randomUUID() };
  try {
    if (!(await beginReport(deps.pool, begun))) {
      // The worker that wrote it may have died before naming the file.
      await saveFileName(deps, found);
      return { skipped: 'it was already written' };
    }
    const written = await writeStarted(deps, job, begun);
    if (!written) return await lost(deps, job);
    await saveFileName(deps, { ...found, ...written });
    return { reportId: found.id, rows: written.rowCount, bytes: written.bytes, ms: since(startedAt) };
  } catch (error) {
    const { reason, whileRetried = reason, isFinal } = describeReportFailure(error);
    if (isFinal || isLastAttempt(job)) await failReport(deps.pool, begun, reason);
    else await releaseReport(deps.pool, begun, whileRetried);
    throw isFinal ? new UnrecoverableError(reason) : error;
  }
};

const unwritten = 'The worker stopped before it could say why; see its log.';

const deliver: Handle = async (deps, job) => {
  const startedAt = performance.now();
  const found = await reportOf(deps, job);
  if (!found) return { skipped: 'the report was deleted' };
  if (found.status !== 'generated') {
    // The worker died. The error of an earlier attempt does not help: it announces a retry.
    const reason = (found.status === 'failed' ? found.error : null) ?? unwritten;
    await giveUpReport(deps.pool, found, reason);
    await endReport(deps.pool, found);
    return { skipped: `the report could not be written: ${reason}` };
  }
  const { sent, failed, unknown } = await deps.deliver(found, { lastAttempt: isLastAttempt(job) });
  await endReport(deps.pool, found);
  return { reportId: found.id, sent, failed, unknown, ms: since(startedAt) };
};

const handlers: Record<string, Handle> = { report, GENERATE_REPORT: generate, 'site-report': siteReport, deliver };

export const createReportConsumer =
  (deps: ReportsDeps): HandleJob<Result> =>
  (job) =>
    handlers[job.name]!(deps, job);
