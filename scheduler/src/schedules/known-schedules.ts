/** Turns table schedules into what a replica keeps of it in memory: each schedule's cron and its next slot. */

import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Cron, parseCron, slotsBetween } from '@millrace/shared/time/cron';
import { isKnownJob } from './fire-slots.js';
import type { Slot } from './run-rows.js';
import { readSchedules, type ScheduleRow, schedulesVersion } from './schedule-rows.js';
import { findTask } from './tasks.js';

export interface KnownSchedule {
  row: ScheduleRow;
  cron: Cron;
  next: Date;
  /** What was missed up to here is made up for. */
  settledUntil: Date;
}

export interface KnownSchedules {
  /** Every schedule of the table, by id. */
  readonly rows: Map<string, ScheduleRow>;
  /** Those that fire. */
  readonly firing: Map<string, KnownSchedule>;
  /** Reads the table again when it has changed. */
  refresh(now: Date): Promise<void>;
  /** Slots up to `now` that did not pass yet; those older than a minute are left to the catch-up. */
  due(now: Date): Slot[];
  /** Lets slots up to `now` pass: they are claimed, by whomever. */
  pass(now: Date): void;
}

const tooOldForTickMs = 60_000;

/** Whether a schedule fires; a built-in task may be kept from it by the code or by DISABLE_AUTO_SYNC. */
export function doesFire(row: ScheduleRow, isSyncDisabled: boolean): boolean {
  // A row of another release, which runs beside this one: only that knows its data.
  if (!isKnownJob(row)) return false;
  const task = row.builtIn ? findTask(row.id) : undefined;
  return row.enabled && task?.disabled === undefined && !(task?.isSync && isSyncDisabled);
}

export function createKnownSchedules(pool: Pool, logger: Logger, isSyncDisabled: boolean): KnownSchedules {
  let rows = new Map<string, ScheduleRow>();
  let firing = new Map<string, KnownSchedule>();
  let version = '';
  let passedUntil: Date | undefined;

  function know(row: ScheduleRow, now: Date): KnownSchedule | undefined {
    if (!doesFire(row, isSyncDisabled)) return undefined;
    const before = firing.get(row.id);
    if (before && before.row.updatedAt.getTime() === row.updatedAt.getTime()) return before;
    const parsed = parseCron(row.cron, row.timezone);
    if (parsed.problem !== undefined) {
      logger.error({ schedule: row.id, problem: parsed.problem }, 'this schedule cannot fire');
      return undefined;
    }
    // A change may be read after a slot came due and before the tick for it.
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
      const known = read.map((row) => know(row, now)).filter((schedule) => schedule !== undefined);
      firing = new Map(known.map((schedule) => [schedule.row.id, schedule]));
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
