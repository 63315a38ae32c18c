/** Removes old records: finished jobs, audit log, schedule runs, alert messages, duplicates. */
import { cleanJobRecords } from './clean-job-records.js';
import { type CleanupStep, daysBefore, deleteRows } from './cleanup-step.js';

const auditLog = `/* processor.cleanAuditLog */
delete from audit_log where id in (select id from audit_log where at < $1 order by at limit $2)`;

/** Keeps the newest run of each schedule, from which missed slots are counted, pending runs, and runs a replica may still remember. */
const scheduleRuns = `/* processor.cleanScheduleRuns */
delete from schedule_runs where (schedule_id, slot) in (
  select schedule_id, slot from schedule_runs run
  where claimed_at < least($1, now() - interval '2 days') and (added_at is not null or error is not null) and exists (
    select 1 from schedule_runs newer where newer.schedule_id = run.schedule_id and newer.slot > run.slot)
  limit $2)`;

const alertDeliveries = `/* processor.cleanAlertDeliveries */
delete from alert_deliveries where id in (
  select id from alert_deliveries where created_at < $1 and next_attempt_at is null limit $2)`;

/** In one statement: there are few rows, one per site and write, and they have no key to delete them in batches by. */
const eventDuplicates = `/* processor.cleanEventDuplicates */
delete from event_duplicates where arrived_at < $1`;

const cleanDuplicates: CleanupStep = async ({ pool, now }, olderThan) => {
  const { rowCount } = await pool.query(eventDuplicates, [daysBefore(now, olderThan ?? 400)]);
  return { removed: { event_duplicates: rowCount ?? 0 }, kept: [] };
};

const clockedEvents = `/* processor.cleanClockedEvents */
delete from clocked_events where (site_id, client_time, event_id) in (
  select site_id, client_time, event_id from clocked_events where arrived_at < $1 order by arrived_at limit $2)`;

/** Not a log: these rows identify retries. Always kept for 30 days, or a late retry would count twice. */
const clockedDays = 30;

const cleanClocked: CleanupStep = async ({ pool, now }, olderThan = clockedDays) => {
  const before = daysBefore(now, Math.max(clockedDays, olderThan));
  return { removed: { clocked_events: await deleteRows(pool, clockedEvents, before) }, kept: [] };
};

const deleteStep =
  (kind: string, statement: string, days: number): CleanupStep =>
  async ({ pool, now }, olderThan) => ({
    removed: { [kind]: await deleteRows(pool, statement, daysBefore(now, olderThan ?? days)) },
    kept: [],
  });

export const oldLogs: CleanupStep[] = [
  cleanJobRecords,
  deleteStep('audit_log', auditLog, 365),
  deleteStep('schedule_runs', scheduleRuns, 30),
  deleteStep('alert_deliveries', alertDeliveries, 30),
  cleanDuplicates,
  cleanClocked,
];
