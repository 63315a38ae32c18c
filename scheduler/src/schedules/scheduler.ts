/** Fires schedules: the ticks and the catch-up of one replica. */
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
import { addSlotJobs, type FireDeps, isSupported, jobOf } from './fire-slots.js';
import { lateAfterMs } from './missed-slots.js';
import { claimSlots, openSchedules } from './run-rows.js';
import { createScheduleCache, isActive } from './schedule-cache.js';
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

/** An entry of {@link Scheduler.status}. */
interface ScheduleStatus {
  name: string;
  schedule: string;
  timezone: string;
  enabled: boolean;
  next: Date | null;
}

export interface Scheduler {
  /** Writes the built-in tasks to the database. @throws if it is unreachable. */
  initialize(): Promise<void>;
  /** Ticks every second and catches up every few seconds. */
  start(): void;
  /** Stops ticking until the next start. */
  stop(): void;
  /** Stops permanently, after the tick in progress. */
  destroy(): Promise<void>;
  status(): Promise<ScheduleStatus[]>;
  /**
   * Adds the job of a schedule immediately and returns its id; undefined for an unknown schedule.
   * @throws ServiceError `conflict` if this version does not have the job or its data is invalid.
   */
  trigger(id: string): Promise<string | undefined>;
  /** The next five times of a cron expression, or the problem with it. */
  validateCron(expression: string, timezone: string): { valid: true; next: Date[] } | { valid: false; reason: string };
  /** Fires the slots due at `now`. */
  tick(now: Date): Promise<void>;
  /** Adds the jobs of missed slots and of those that other replicas left open. */
  catchUp(now: Date): Promise<void>;
}

const catchUpEveryMs = 4_000;
const driftBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600];
const previewedSlots = 5;
const destroyTimeoutMs = 2_000;
const taskTable = { tasks, version: taskVersion, removed: removedTasks };

/** True if the row of a task matches this release, or belongs to a newer one. */
const isWritten = (task: Task, row: ScheduleRow | undefined): boolean =>
  row !== undefined &&
  (row.taskVersion > taskVersion ||
    (row.queue === task.queue && row.job === task.job && row.cron === task.cron && row.catchUp === task.catchUp));

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { pool, queues, logger, telemetry, config } = deps;
  const drift = telemetry.histogram('millrace_schedule_drift_seconds', 'From a slot to its job', driftBuckets);
  const fire: FireDeps = { ...deps, onAdded: (ms) => drift.observe(ms / 1_000) };
  const cache = createScheduleCache(pool, logger, config.DISABLE_AUTO_SYNC);
  const logError = createErrorLog(logger, 'a tick failed; its slots will be caught up');
  let heartbeat: { destroy(): unknown } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopClock: (() => void) | undefined;
  const working = new Set<Promise<void>>();
  let ticking = false;
  let catchingUp = false;

  /** Includes slots without a row, which could not be claimed because the database is unreachable. */
  telemetry.gauge('millrace_schedules_late', 'Schedules whose newest slot has no job yet', [], async (gauge) => {
    const unclaimed = cache.due(new Date(Date.now() - lateAfterMs)).map(({ scheduleId }) => scheduleId);
    const open = await withTimeout(openSchedules(pool, lateAfterMs), 1_000, 'the database').catch(() => []);
    gauge.set(new Set([...unclaimed, ...open]).size);
  });

  async function tick(now: Date): Promise<void> {
    if (ticking) return;
    ticking = true;
    try {
      // First, so that disabled schedules do not fire.
      await cache.refresh(now);
      const due = cache.due(now);
      const claimed = due.length > 0 ? await claimSlots(pool, due) : [];
      // Last, so that slots that could not be claimed stay due.
      cache.pass(now);
      await addSlotJobs(fire, claimed, cache.rows);
    } finally {
      ticking = false;
    }
  }

  async function catchUpOnce(now: Date): Promise<void> {
    if (catchingUp) return;
    catchingUp = true;
    try {
      await cache.refresh(now);
      // Release 0.3 overwrites the built-in tasks when it starts during an upgrade.
      if (!tasks.every((task) => isWritten(task, cache.rows.get(task.name))))
        await writeTasks(pool, taskTable, config.TZ);
      await catchUp(fire, cache, now);
    } finally {
      catchingUp = false;
    }
  }

  /** Never rejects; destroy waits for it. */
  function run(work: (now: Date) => Promise<void>): void {
    const done: Promise<void> = work(new Date())
      .catch(logError)
      .finally(() => working.delete(done));
    working.add(done);
  }

  function stop(): void {
    void heartbeat?.destroy();
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
      await cache.refresh(new Date());
    },
    start() {
      // Slots are computed from the schedules, so a late tick just finds more of them.
      heartbeat ??= nodeCron.schedule('* * * * * *', () => run(tick), { missedExecutionTolerance: 3_600_000 });
      timer = setInterval(() => run(catchUpOnce), catchUpEveryMs);
      stopClock = watchClock(pool, logger);
    },
    async destroy() {
      stop();
      // A hanging queue must not block shutdown; open slots are taken over by another replica or after a restart.
      await withTimeout(Promise.all(working), destroyTimeoutMs, 'a tick').catch((error) =>
        logger.warn({ err: error }, 'shutting down while jobs are being added; missing jobs will be caught up'),
      );
    },
    async status() {
      const rows = await readSchedules(pool);
      return rows.map((row) => {
        const enabled = isActive(row, config.DISABLE_AUTO_SYNC);
        const parsed = parseCron(row.cron, row.timezone);
        const next = enabled && parsed.problem === undefined ? parsed.cron.slotAfter(new Date()) : null;
        return { name: row.name, schedule: row.cron, timezone: row.timezone, enabled, next };
      });
    },
    async trigger(id) {
      const schedule = await readSchedule(pool, id);
      if (!schedule) return undefined;
      if (!isSupported(schedule)) {
        throw new ServiceError(
          'conflict',
          'This schedule belongs to another version of Millrace and cannot be run by this one.',
        );
      }
      const jobId = `trigger-${id}-${randomUUID()}`;
      const { job: slotJob, problem } = jobOf(schedule, new Date(), jobId);
      if (problem !== undefined) throw new ServiceError('conflict', problem);
      const queue = queues.get(schedule.queue)!;
      await reachQueue(queue);
      const [job] = await withSitePriorities(pool, [slotJob]);
      await addJobs(queue, [job!], deps.retry);
      // If the job is already waiting or running, no second one is added.
      const { deduplication } = slotJob.options;
      return (deduplication && (await queue.getDeduplicationJobId(deduplication.id))) || jobId;
    },
    validateCron(expression, timezone) {
      const parsed = parseCron(expression, timezone);
      if (parsed.problem !== undefined) return { valid: false, reason: parsed.problem };
      return { valid: true, next: nextSlots(parsed.cron, new Date(), previewedSlots) };
    },
  };
}
