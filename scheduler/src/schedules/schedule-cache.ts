/** Keeps the schedules in memory, each with its cron expression and next slot. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Cron, parseCron, slotsBetween } from '@millrace/shared/time/cron';
import { isSupported } from './fire-slots.js';
import type { Slot } from './run-rows.js';
import { readSchedules, type ScheduleRow, schedulesVersion } from './schedule-rows.js';
import { findTask } from './tasks.js';

export interface CachedSchedule {
  row: ScheduleRow;
  cron: Cron;
  next: Date;
  /** Slots up to this time need no catch-up. */
  settledUntil: Date;
}

export interface ScheduleCache {
  /** All schedules, by id. */
  readonly rows: Map<string, ScheduleRow>;
  /** Enabled schedules, by id. */
  readonly firing: Map<string, CachedSchedule>;
  /** Reloads the table if it has changed. */
  refresh(now: Date): Promise<void>;
  /** Slots up to `now` that are not passed yet; slots older than a minute are left to the catch-up. */
  due(now: Date): Slot[];
  /** Passes all slots up to `now`, which some replica has claimed. */
  pass(now: Date): void;
}

const tooOldForTickMs = 60_000;

/** Whether a schedule fires; built-in tasks can also be disabled by the code or by DISABLE_AUTO_SYNC. */
export function isActive(row: ScheduleRow, isSyncDisabled: boolean): boolean {
  // Belongs to another release, which fires it.
  if (!isSupported(row)) return false;
  const task = row.builtIn ? findTask(row.id) : undefined;
  return row.enabled && task?.disabled === undefined && !(task?.isSync && isSyncDisabled);
}

export function createScheduleCache(pool: Pool, logger: Logger, isSyncDisabled: boolean): ScheduleCache {
  let rows = new Map<string, ScheduleRow>();
  let firing = new Map<string, CachedSchedule>();
  let version = '';
  let passedUntil: Date | undefined;

  function toCached(row: ScheduleRow, now: Date): CachedSchedule | undefined {
    if (!isActive(row, isSyncDisabled)) return undefined;
    const before = firing.get(row.id);
    if (before && before.row.updatedAt.getTime() === row.updatedAt.getTime()) return before;
    const parsed = parseCron(row.cron, row.timezone);
    if (parsed.problem !== undefined) {
      logger.error(
        { schedule: row.id, problem: parsed.problem },
        'a schedule cannot fire: its cron expression is invalid',
      );
      return undefined;
    }
    // A change may be read between a slot coming due and its tick.
    return { row, cron: parsed.cron, next: parsed.cron.slotAfter(passedUntil ?? now), settledUntil: row.knownSince };
  }

  return {
    get rows() {
      return rows;
    },
    get firing() {
      return firing;
    },
    async refresh(now) {
      const newVersion = await schedulesVersion(pool);
      if (newVersion === version) return;
      const read = await readSchedules(pool);
      rows = new Map(read.map((row) => [row.id, row]));
      const cached = read.map((row) => toCached(row, now)).filter((schedule) => schedule !== undefined);
      firing = new Map(cached.map((schedule) => [schedule.row.id, schedule]));
      version = newVersion;
    },
    due(now) {
      const oldest = new Date(now.getTime() - tooOldForTickMs);
      return [...firing.values()].flatMap(({ row, cron, next }) => {
        if (next > now) return [];
        const since = new Date(Math.max(next.getTime() - 1, oldest.getTime()));
        return slotsBetween(cron, since, now).map((slot) => ({ scheduleId: row.id, slot }));
      });
    },
    pass(now) {
      passedUntil = now;
      for (const schedule of firing.values()) if (schedule.next <= now) schedule.next = schedule.cron.slotAfter(now);
    },
  };
}
