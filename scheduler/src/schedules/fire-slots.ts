/** Jobs of slots that are due, each added once however many replicas try. */

import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJobs, JobDataError, type NewJob, type RetrySettings } from '@millrace/shared/queue/add-job';
import { type FilledData, fillTemplate } from '../job-templates/fill-template.js';
import { slotFilling } from '../job-templates/template-schedules.js';
import type { Queues } from '../open-queues.js';
import { withSitePriorities } from '../queues/site-priority.js';
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

/** What the schedule says that the job of a slot holds; data of built-in tasks follow from the slot. */
function slotData(schedule: ScheduleRow, slot: Date): FilledData {
  const { queue, job, data, template, timezone, builtIn, id } = schedule;
  if (template) return fillTemplate({ queue, job, ...template }, slotFilling(data, slot, timezone));
  const task = builtIn ? findTask(id) : undefined;
  return { data: { ...data, ...task?.data(slot, timezone) } };
}

export type SlotJob = { job: NewJob; problem?: undefined } | { job?: undefined; problem: string };

/** The job of a slot, or why there is none. Any job that wants to know as of when it is gets that as `at`. */
export function jobOf(schedule: ScheduleRow, slot: Date, jobId: string): SlotJob {
  const filled = slotData(schedule, slot);
  if (filled.problem !== undefined) return { problem: filled.problem };
  const { takesInstant } = findQueue(schedule.queue)?.jobs[schedule.job] ?? {};
  const data = { ...(takesInstant && { at: slot.toISOString() }), ...filled.data };
  const { problem } = checkJobData(schedule.queue, schedule.job, data);
  if (problem !== undefined) return { problem };
  const isAlone = schedule.builtIn && findTask(schedule.id)?.oneAtATime;
  const deduplication = isAlone && { deduplication: { id: `sched-${schedule.id}` } };
  return { job: { name: schedule.job, data, options: { ...schedule.template?.options, jobId, ...deduplication } } };
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
    const { job, problem } = jobOf(schedule, slot.slot, slotJobId(slot));
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
        const jobs = await withSitePriorities(
          deps.pool,
          group.map(({ job }) => job),
        );
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
