/** Adds the jobs of due slots, each once, however many replicas try. */
import { checkJobData, findQueue } from '@millrace/shared/contract/jobs';
import { withTimeout } from '@millrace/shared/platform/health';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { addJobs, JobDataError, type NewJob, type RetrySettings } from '@millrace/shared/queue/add-job';
import { type FilledData, fillTemplate } from '../job-templates/fill-template.js';
import { slotContext } from '../job-templates/template-schedules.js';
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
  /** Called for each added job with its delay after the slot. */
  onAdded: (driftMs: number) => void;
}

/** The data of a slot's job; for built-in tasks it is computed from the slot. */
function slotData(schedule: ScheduleRow, slot: Date): FilledData {
  const { queue, job, data, template, timezone, builtIn, id } = schedule;
  if (template) return fillTemplate({ queue, job, ...template }, slotContext(data, slot, timezone));
  const task = builtIn ? findTask(id) : undefined;
  return { data: { ...data, ...task?.data(slot, timezone) } };
}

export type SlotJob = { job: NewJob; problem?: undefined } | { job?: undefined; problem: string };

/** The job of a slot, or the reason why there is none. Jobs that take an instant get the slot as `at`. */
export function jobOf(schedule: ScheduleRow, slot: Date, jobId: string): SlotJob {
  const filled = slotData(schedule, slot);
  if (filled.problem !== undefined) return { problem: filled.problem };
  const { takesInstant } = findQueue(schedule.queue)?.jobs[schedule.job] ?? {};
  const data = { ...(takesInstant && { at: slot.toISOString() }), ...filled.data };
  const { problem } = checkJobData(schedule.queue, schedule.job, data);
  if (problem !== undefined) return { problem };
  const isExclusive = schedule.builtIn && findTask(schedule.id)?.oneAtATime;
  const deduplication = isExclusive && { deduplication: { id: `sched-${schedule.id}` } };
  return { job: { name: schedule.job, data, options: { ...schedule.template?.options, jobId, ...deduplication } } };
}

/** Calls to an unreachable queue never return. If the job is added late after all, a retry adds the same job id. */
const addTimeoutMs = 5_000;

/** False for a schedule of another release with a built-in task or job that this one does not have. */
export const isSupported = ({ builtIn, id, queue, job }: ScheduleRow): boolean =>
  findQueue(queue)?.jobs[job] !== undefined && (!builtIn || findTask(id) !== undefined);

/** Queue → slots and their jobs. Slots with invalid data are marked as failed and left out. */
async function groupByQueue(deps: FireDeps, slots: Slot[], schedules: Map<string, ScheduleRow>) {
  const groups = new Map<string, { slot: Slot; job: NewJob }[]>();
  for (const slot of slots) {
    const schedule = schedules.get(slot.scheduleId);
    // Just created on another replica, or belongs to another release: left to the replica that has it.
    if (!schedule || !isSupported(schedule)) continue;
    const { job, problem } = jobOf(schedule, slot.slot, slotJobId(slot));
    if (problem !== undefined) {
      deps.logger.warn({ schedule: schedule.id, slot: slot.slot, problem }, 'could not create the job of a slot');
      await markFailed(deps.pool, [{ ...slot, error: problem }]);
      continue;
    }
    const group = groups.get(schedule.queue);
    if (group) group.push({ slot, job });
    else groups.set(schedule.queue, [{ slot, job }]);
  }
  return groups;
}

/** Adds the jobs of slots claimed by the caller. Those that fail stay open and are taken over later. */
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
        deps.logger.warn({ err: error, queue: queueName }, 'could not add scheduled jobs; trying again');
        return;
      }
      for (const { slot } of group) deps.onAdded(Date.now() - slot.slot.getTime());
    }),
  );
}
