/** The schedules of templates: rows in the scheduler's table, which it reloads when they change. */

import type { PeriodType } from '@millrace/shared/contract/job-data';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { nextSlots, parseCron } from '@millrace/shared/time/cron';
import { daysIn } from '../../query-request/calendar.js';
import { refusal } from '../../query-request/refuse.js';
import type { Template } from './template.js';

export const scheduleIdOf = (templateId: string) => `report-${templateId}`;

/** If a change moves the slots, earlier ones are not caught up on, as with changes made in the scheduler. */
const update = `/* reporting.updateReportSchedule */
update schedules set name = $2, cron = $3, timezone = $4, enabled = coalesce($5, enabled), updated_at = clock_timestamp(),
  known_since = case when cron = $3 and timezone = $4 and enabled then known_since else clock_timestamp() end
where id = $1`;

const insert = `/* reporting.insertReportSchedule */
insert into schedules (id, name, queue, job, cron, timezone, enabled, data, catch_up)
values ($1, $2, 'report-generation', 'report', $3, $4, $5, jsonb_build_object('templateId', $6::text), 'newest')
on conflict do nothing`;

/**
 * Call it in the transaction that changes the template, so they never get out of step. `enabled` null leaves it unchanged. Inserts the
 * row again if an administrator has deleted it.
 */
export async function writeSchedule(client: PoolClient, template: Template, enabled: boolean | null): Promise<void> {
  const { id, name, cron, timezone, isActive } = template;
  const values = [scheduleIdOf(id), name, cron, timezone ?? 'UTC'];
  const { rowCount } = await client.query(update, [...values, enabled]);
  if (rowCount === 0) await client.query(insert, [...values, enabled ?? isActive, id]);
}

export async function deleteSchedule(client: Pick<PoolClient, 'query'>, templateId: string): Promise<void> {
  await client.query('/* reporting.deleteReportSchedule */ delete from schedules where id = $1', [
    scheduleIdOf(templateId),
  ]);
}

const hourMs = 3_600_000;
/** Covers more than a week of hourly slots, or several years of monthly ones. */
const slotsToCheck = 200;

/** @throws ServiceError `invalid_request` for an invalid cron expression, or one that fires more than once an hour. */
export function checkCron(cron: string, timezone: string | null, now: Date): void {
  const parsed = parseCron(cron, timezone ?? 'UTC');
  if (parsed.problem !== undefined) {
    throw refusal([parsed.field === 'cron' ? 'schedule' : 'timezone'], `cannot be used: ${parsed.problem}`);
  }
  let before = Number.NEGATIVE_INFINITY;
  for (const slot of nextSlots(parsed.cron, now, slotsToCheck)) {
    if (slot.getTime() - before < hourMs) throw refusal(['schedule'], 'must not fire more often than once an hour');
    before = slot.getTime();
  }
}

const slotsToSample = 12;
const day = (slot: Date) => slot.toISOString().slice(0, 10);

/** The longest kind of period that leaves no gaps between slots: a day for `0 7 * * 1-5`, which pauses on weekends. */
export function periodOfCron(cron: string, now: Date): PeriodType {
  const parsed = parseCron(cron, 'UTC');
  if (parsed.problem !== undefined) return 'day';
  const slots = nextSlots(parsed.cron, now, slotsToSample);
  const gaps = slots.slice(1).map((slot, index) => daysIn(day(slots[index]!), day(slot)) - 1);
  const shortest = Math.min(...gaps);
  if (shortest >= 365) return 'year';
  if (shortest >= 90) return 'quarter';
  if (shortest >= 28) return 'month';
  return shortest >= 7 ? 'week' : 'day';
}

/** Null if the schedule is stopped or was deleted. */
export function nextGeneration(schedule: ScheduleState | null, now: Date): Date | null {
  if (!schedule?.enabled) return null;
  const parsed = parseCron(schedule.cron, schedule.timezone);
  return parsed.problem === undefined ? parsed.cron.slotAfter(now) : null;
}

/** The schedule as in the scheduler's table, where administrators can change it. */
export interface ScheduleState {
  cron: string;
  timezone: string;
  enabled: boolean;
}
