/** Jobs of slots that are due, each added once however many replicas try. */
import { addJobs, JobDataError, type NewJob, type RetrySettings } from '@millrace/shared/add-job';
import { withTimeout } from '@millrace/shared/health';
import { checkNewJob, findQueue } from '@millrace/shared/jobs';
import type { Logger } from '@millrace/shared/logger';
import type { Pool } from '@millrace/shared/postgres';
import type { Queues } from '../open-queues.js';
import { markAdded, markFailed, type Slot, slotJobId } from './run-rows.js';
import type { ScheduleRow } from './schedule-rows.js';
import { findTask } from './tasks.js';

export interface FireDeps {
  pool: Pool;
  queues: Queues;
  logger: Logger;
  retry: RetrySettings;
  /** Told of each job that was added, how long after its slot. */
  onAdded: (driftMs: number) => void;
}

/** The job of a slot; data of built-in tasks follow from it, and any job that wants to know as of when it is gets it as `at`. */
export function jobOf(schedule: ScheduleRow, slot: Date, jobId: string): NewJob {
  const task = schedule.builtIn ? findTask(schedule.id) : undefined;
  const { takesInstant } = findQueue(schedule.queue)?.jobs[schedule.job] ?? {};
  const data = {
    ...(takesInstant && { at: slot.toISOString() }),
    ...schedule.data,
    ...task?.data(slot, schedule.timezone),
  };
  return {
    name: schedule.job,
    data,
    options: { jobId, ...(task?.oneAtATime && { deduplication: { id: `sched-${schedule.id}` } }) },
  };
}

/** A queue that was never reached lets calls wait without end. What it takes after all is the same job as the next try's. */
const addTimeoutMs = 5_000;

/** False for a schedule that another release made: a built-in task, or a job, that this one does not have. */
export const isKnownJob = ({ builtIn, id, queue, job }: ScheduleRow): boolean =>
  findQueue(queue)?.jobs[job] !== undefined && (!builtIn || findTask(id) !== undefined);

/** Slots with their jobs, by queue; those whose data break their contract are noted and left out. */
async function groupByQueue(deps: FireDeps, slots: Slot[], schedules: Map<string, ScheduleRow>) {
  const groups = new Map<string, { slot: Slot; job: NewJob }[]>();
  for (const slot of slots) {
    const schedule = schedules.get(slot.scheduleId);
    // Made a moment ago elsewhere, or known only to another release that runs beside this one: left to the one that knows it.
    if (!schedule || !isKnownJob(schedule)) continue;
    const job = jobOf(schedule, slot.slot, slotJobId(slot));
    const { problem } = checkNewJob(schedule.queue, job.name, job.data);
    if (problem !== undefined) {
      deps.logger.warn({ schedule: schedule.id, slot: slot.slot, problem }, 'slot without a job');
      await markFailed(deps.pool, [{ ...slot, error: problem }]);
      continue;
    }
    const group = groups.get(schedule.queue);
    if (group) group.push({ slot, job });
    else groups.set(schedule.queue, [{ slot, job }]);
  }
  return groups;
}

/** Adds the jobs of slots that are the caller's. What cannot be added stays open and is taken over later. */
export async function addSlotJobs(deps: FireDeps, slots: Slot[], schedules: Map<string, ScheduleRow>): Promise<void> {
  const groups = await groupByQueue(deps, slots, schedules);
  await Promise.all(
    [...groups].map(async ([queueName, group]) => {
      try {
        const jobs = group.map(({ job }) => job);
        await withTimeout(addJobs(deps.queues.get(queueName)!, jobs, deps.retry), addTimeoutMs, queueName);
        await markAdded(
          deps.pool,
          group.map(({ slot }) => slot),
        );
      } catch (error) {
        if (error instanceof JobDataError) throw error;
        deps.logger.warn({ err: error, queue: queueName }, 'could not add scheduled jobs; they are tried again');
        return;
      }
      for (const { slot } of group) deps.onAdded(Date.now() - slot.slot.getTime());
    }),
  );
}
