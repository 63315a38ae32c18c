/** Jobs by the clock: the ticks of one replica, its catching up, and the operations that people need. */
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@millrace/shared/platform/errors';
import { withTimeout } from '@millrace/shared/platform/health';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { addJobs, type RetrySettings } from '@millrace/shared/queue/add-job';
import { nextSlots, parseCron } from '@millrace/shared/time/cron';
import nodeCron from 'node-cron';
import type { Queues } from '../open-queues.js';
import { reachQueue } from '../queues/reach-queue.js';
import { withSitePriorities } from '../queues/site-priority.js';
import { catchUp } from './catch-up.js';
import { addSlotJobs, type FireDeps, isKnownJob, jobOf } from './fire-slots.js';
import { createKnownSchedules, doesFire } from './known-schedules.js';
import { lateAfterMs } from './missed-slots.js';
import { claimSlots, openSchedules } from './run-rows.js';
import { readSchedule, readSchedules, type ScheduleRow, writeTasks } from './schedule-rows.js';
import { removedTasks, type Task, tasks, taskVersion } from './tasks.js';
import { watchClock } from './watch-clock.js';

export interface SchedulerDeps {
  pool: Pool;
  queues: Queues;
  telemetry: Telemetry;
  logger: Logger;
  retry: RetrySettings;
  config: { TZ: string; DISABLE_AUTO_SYNC: boolean };
}

/** A schedule as {@link Scheduler.status} tells it. */
export interface ScheduleStatus {
  name: string;
  schedule: string;
  timezone: string;
  enabled: boolean;
  next: Date | null;
}

export interface Scheduler {
  /** Brings the built-in tasks into the table. @throws what the database says when it is away. */
  initialize(): Promise<void>;
  /** Ticks every second and catches up every few. */
  start(): void;
  /** No ticks until the next start. */
  stop(): void;
  /** Stops for good, when the tick under way is over. */
  destroy(): Promise<void>;
  status(): Promise<ScheduleStatus[]>;
  /**
   * Adds the job of a schedule now, whatever its cron says; returns the id of the job, undefined without such a schedule.
   * @throws ServiceError `conflict` for a job that this version does not have or that nothing consumes.
   */
  trigger(id: string): Promise<string | undefined>;
  /** The next five times of a cron expression, or what is wrong with it. */
  validateCron(expression: string, timezone: string): { valid: true; next: Date[] } | { valid: false; reason: string };
  /** What a tick does, for whoever has the time. */
  tick(now: Date): Promise<void>;
  /** What happens between ticks: adds what others left open, makes up for what was missed. */
  catchUp(now: Date): Promise<void>;
}

const catchUpEveryMs = 4_000;
const driftBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600];
const explainedSlots = 5;
const destroyTimeoutMs = 2_000;
const taskTable = { tasks, version: taskVersion, removed: removedTasks };

/** True when the row of a task is as this release wants it, or as a newer one does. */
const isWritten = (task: Task, row: ScheduleRow | undefined): boolean =>
  row !== undefined &&
  (row.taskVersion > taskVersion ||
    (row.queue === task.queue && row.job === task.job && row.cron === task.cron && row.catchUp === task.catchUp));

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { pool, queues, logger, telemetry, config } = deps;
  const drift = telemetry.histogram('millrace_schedule_drift_seconds', 'From a slot to its job', driftBuckets);
  const fire: FireDeps = { ...deps, onAdded: (ms) => drift.observe(ms / 1_000) };
  const known = createKnownSchedules(pool, logger, config.DISABLE_AUTO_SYNC);
  const logError = createErrorLog(logger, 'a tick failed; what it should have done is caught up');
  let heartbeat: { destroy(): unknown } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopClock: (() => void) | undefined;
  const working = new Set<Promise<void>>();
  let ticking = false;
  let catchingUp = false;

  /** What has no row yet is late here too: then the database is away. */
  telemetry.gauge('millrace_schedules_late', 'Schedules whose newest slot has no job yet', [], async (gauge) => {
    const unclaimed = known.due(new Date(Date.now() - lateAfterMs)).map(({ scheduleId }) => scheduleId);
    const open = await withTimeout(openSchedules(pool, lateAfterMs), 1_000, 'the database').catch(() => []);
    gauge.set(new Set([...unclaimed, ...open]).size);
  });

  async function tick(now: Date): Promise<void> {
    if (ticking) return;
    ticking = true;
    try {
      // Before, so that what was disabled does not fire.
      await known.refresh(now);
      const due = known.due(now);
      const claimed = due.length > 0 ? await claimSlots(pool, due) : [];
      // After, so that what could not be claimed is due again.
      known.pass(now);
      await addSlotJobs(fire, claimed, known.rows);
    } finally {
      ticking = false;
    }
  }

  async function catchUpOnce(now: Date): Promise<void> {
    if (catchingUp) return;
    catchingUp = true;
    try {
      await known.refresh(now);
      // Release 0.3, when it starts beside this one, puts its own table of tasks in the place of this one.
      if (!tasks.every((task) => isWritten(task, known.rows.get(task.name))))
        await writeTasks(pool, taskTable, config.TZ);
      await catchUp(fire, known, now);
    } finally {
      catchingUp = false;
    }
  }

  /** Never rejects, and is waited for by destroy. */
  function run(work: (now: Date) => Promise<void>): void {
    const done: Promise<void> = work(new Date())
      .catch(logError)
      .finally(() => working.delete(done));
    working.add(done);
  }

  function stop(): void {
    heartbeat?.destroy();
    heartbeat = undefined;
    clearInterval(timer);
    stopClock?.();
  }

  return {
    tick,
    catchUp: catchUpOnce,
    stop,
    async initialize() {
      await writeTasks(pool, taskTable, config.TZ);
      await known.refresh(new Date());
    },
    start() {
      // Every slot is told by the table and its crons; a tick that comes late only finds more of them.
      heartbeat ??= nodeCron.schedule('* * * * * *', () => run(tick), { missedExecutionTolerance: 3_600_000 });
      timer = setInterval(() => run(catchUpOnce), catchUpEveryMs);
      stopClock = watchClock(pool, logger);
    },
    async destroy() {
      stop();
      // A queue that does not answer must not hold up the end: what is open is taken over by another replica, or after a restart.
      await withTimeout(Promise.all(working), destroyTimeoutMs, 'a tick').catch((error) =>
        logger.warn({ err: error }, 'ending while jobs are being added; slots without a job are caught up'),
      );
    },
    async status() {
      const rows = await readSchedules(pool);
      return rows.map((row) => {
        const enabled = doesFire(row, config.DISABLE_AUTO_SYNC);
        const parsed = parseCron(row.cron, row.timezone);
        const next = enabled && parsed.problem === undefined ? parsed.cron.slotAfter(new Date()) : null;
        return { name: row.name, schedule: row.cron, timezone: row.timezone, enabled, next };
      });
    },
    async trigger(id) {
      const schedule = await readSchedule(pool, id);
      if (!schedule) return undefined;
      if (!isKnownJob(schedule)) {
        throw new ServiceError('conflict', 'This schedule belongs to another version of Millrace, which runs it.');
      }
      const jobId = `trigger-${id}-${randomUUID()}`;
      const { job: wanted, problem } = jobOf(schedule, new Date(), jobId);
      if (problem !== undefined) throw new ServiceError('conflict', problem);
      const queue = queues.get(schedule.queue)!;
      await reachQueue(queue);
      const [job] = await withSitePriorities(pool, [wanted]);
      await addJobs(queue, [job!], deps.retry);
      // One that waits or works already is not started again.
      const { deduplication } = wanted.options;
      return (deduplication && (await queue.getDeduplicationJobId(deduplication.id))) || jobId;
    },
    validateCron(expression, timezone) {
      const parsed = parseCron(expression, timezone);
      if (parsed.problem !== undefined) return { valid: false, reason: parsed.problem };
      return { valid: true, next: nextSlots(parsed.cron, new Date(), explainedSlots) };
    },
  };
}
