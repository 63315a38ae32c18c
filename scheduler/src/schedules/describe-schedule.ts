import { withTimeout } from '@millrace/shared/platform/health';
import type { Queue } from '@millrace/shared/queue/queue';
import { parseCron } from '@millrace/shared/time/cron';
import type { Queues } from '../open-queues.js';
import { queueTimeoutMs } from '../queues/reach-queue.js';
import type { Run } from './run-rows.js';
import { isActive } from './schedule-cache.js';
import type { ScheduleRow } from './schedule-rows.js';
import { findTask } from './tasks.js';

interface Outcome {
  state: string;
  error: string | null;
}

async function jobOutcome(queue: Queue | undefined, jobId: string): Promise<Outcome> {
  const job = await queue?.getJob(jobId);
  if (!job) return { state: 'removed', error: null };
  return { state: await job.getState(), error: job.failedReason ?? null };
}

/**
 * The state of a run's job; `removed` if its record is gone, `open` before it was added, `unknown` if the queue does not answer, which
 * must not keep a schedule from being shown: everything else about it is in the database.
 */
async function outcomeOf(queues: Queues, queueName: string, run: Run): Promise<Outcome> {
  if (run.error !== null) return { state: 'refused', error: run.error };
  if (run.addedAt === null) return { state: 'open', error: null };
  const outcome = jobOutcome(queues.get(queueName), run.jobId);
  return withTimeout(outcome, queueTimeoutMs, queueName).catch(() => ({ state: 'unknown', error: null }));
}

export async function describeRun(queues: Queues, queueName: string, run: Run): Promise<object> {
  const { slot, jobId, addedAt } = run;
  return { slot, job_id: jobId, added_at: addedAt, ...(await outcomeOf(queues, queueName, run)) };
}

export interface DescribeDeps {
  queues: Queues;
  isSyncDisabled: boolean;
  now: Date;
}

/** Data, or a template and its values. */
const requestedJob = ({ templateId, data }: ScheduleRow): object =>
  templateId === null ? { data } : { template: templateId, ...data };

export async function describeSchedule(
  deps: DescribeDeps,
  row: ScheduleRow,
  lastRun: Run | undefined,
): Promise<object> {
  const { queues, isSyncDisabled, now } = deps;
  const { catchUp, builtIn, createdAt, updatedAt, id, name, queue, job, cron, timezone } = row;
  const enabled = isActive(row, isSyncDisabled);
  const reason = builtIn ? findTask(row.id)?.disabled : undefined;
  const parsed = parseCron(row.cron, row.timezone);
  return {
    ...{ id, name, ...requestedJob(row), queue, job, cron, timezone, enabled },
    ...(reason !== undefined && { disabled_reason: reason }),
    catch_up: catchUp,
    built_in: builtIn,
    created_at: createdAt,
    updated_at: updatedAt,
    last_run: lastRun ? await describeRun(queues, row.queue, lastRun) : null,
    next_run: enabled && parsed.problem === undefined ? parsed.cron.slotAfter(now) : null,
  };
}
