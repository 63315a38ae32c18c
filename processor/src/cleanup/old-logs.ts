/** Turns records of what was done long ago into nothing: finished jobs, audit log, runs of schedules, messages of alerts. */
import { cleanJobRecords } from './clean-job-records.js';
import { type CleanupStep, daysBefore } from './cleanup-step.js';
import { deleteRows } from './delete-rows.js';

const auditLog = `/* processor.cleanAuditLog */
delete from audit_log where id in (select id from audit_log where at < $1 order by at limit $2)`;

/** Never the newest of a schedule, from which what was missed is counted, nor one whose job is still to be added or that a replica may still think of. */
const scheduleRuns = `/* processor.cleanScheduleRuns */
delete from schedule_runs where (schedule_id, slot) in (
  select schedule_id, slot from schedule_runs run
  where claimed_at < least($1, now() - interval '2 days') and (added_at is not null or error is not null) and exists (
    select 1 from schedule_runs newer where newer.schedule_id = run.schedule_id and newer.slot > run.slot)
  limit $2)`;

const alertDeliveries = `/* processor.cleanAlertDeliveries */
delete from alert_deliveries where id in (
  select id from alert_deliveries where created_at < $1 and next_attempt_at is null limit $2)`;

/** At once: a row stands for all duplicates of a site in one write, so that a day has few. They have no key to take some of them by. */
const eventDuplicates = `/* processor.cleanEventDuplicates */
delete from event_duplicates where arrived_at < $1`;

const cleanDuplicates: CleanupStep = async ({ pool, now }, olderThan) => {
  const { rowCount } = await pool.query(eventDuplicates, [daysBefore(now, olderThan ?? 400)]);
  return { removed: { event_duplicates: rowCount ?? 0 }, kept: [] };
};

const clockedEvents = `/* processor.cleanClockedEvents */
delete from clocked_events where (site_id, client_time, event_id) in (
  select site_id, client_time, event_id from clocked_events where arrived_at < $1 order by arrived_at limit $2)`;

/** No log but what retries are known by: a job that cleans logs of fewer days leaves these 30, or a late retry counts twice. */
const clockedDays = 30;

const cleanClocked: CleanupStep = async ({ pool, now }, olderThan = clockedDays) => {
  const before = daysBefore(now, Math.max(clockedDays, olderThan));
  return { removed: { clocked_events: await deleteRows(pool, clockedEvents, before) }, kept: [] };
};

const rowsOf =
  (kind: string, statement: string, days: number): CleanupStep =>
  async ({ pool, now }, olderThan) => ({
    removed: { [kind]: await deleteRows(pool, statement, daysBefore(now, olderThan ?? days)) },
    kept: [],
  });

export const oldLogs: CleanupStep[] = [
  cleanJobRecords,
  rowsOf('audit_log', auditLog, 365),
  rowsOf('schedule_runs', scheduleRuns, 30),
  rowsOf('alert_deliveries', alertDeliveries, 30),
  cleanDuplicates,
  cleanClocked,
];
