/** The delivery ledger: one row per recipient of a report, so that each gets one message whatever crashes or runs again. */
import type { Pool } from '@millrace/shared/platform/postgres';

type Queryable = Pick<Pool, 'query'>;
export type DeliveryKind = 'email' | 'webhook';

/** `recipient` is an email address in lower case, the URL of a webhook, or empty if the report has no recipients. */
export interface DeliveryKey {
  siteId: string;
  reportId: string;
  kind: DeliveryKind;
  recipient: string;
}

/** Returned by a successful claim. */
export interface ClaimedRow {
  /** Including this one. Distinguishes it from a later attempt that counted it as lost. */
  attempts: number;
  messageId: string;
}

const keyOf = ({ siteId, reportId, kind, recipient }: DeliveryKey) => [siteId, reportId, kind, recipient];

const prepare = `/* reporting.prepareDeliveries */
insert into report_deliveries (site_id, report_id, kind, recipient, updated_at)
select $1, $2, kind, recipient, $5 from unnest($3::text[], $4::text[]) as added (kind, recipient)
on conflict (site_id, report_id, kind, recipient) do nothing`;

/** Adds the missing rows. */
export async function prepareDeliveries(pool: Queryable, keys: DeliveryKey[], now: Date): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  const columns = [keys.map(({ kind }) => kind), keys.map(({ recipient }) => recipient)];
  await pool.query(prepare, [first.siteId, first.reportId, ...columns, now]);
}

const markLost = `/* reporting.markLostDeliveries */
update report_deliveries set status = 'unknown', lost_attempts = lost_attempts + 1, updated_at = $4,
  error = 'It may or may not have been sent: the process that sent it stopped, or could not record the outcome.'
where site_id = $1 and report_id = $2 and status = 'sending' and updated_at <= $3`;

/** Marks attempts without an outcome that started before `lostAt` as unknown. */
export async function markLostDeliveries(pool: Pool, siteId: string, reportId: string, lostAt: Date, now: Date) {
  await pool.query(markLost, [siteId, reportId, lostAt, now]);
}

/** A message that may have arrived is sent at most once more. */
const isOpen = `(status = 'pending' or status = 'unknown' and lost_attempts = 1)`;

export interface OpenRow extends DeliveryKey {
  resends: number;
}

const open = `/* reporting.openDeliveries */
select site_id as "siteId", report_id as "reportId", kind, recipient, resends from report_deliveries
where site_id = $1 and report_id = $2 and ${isOpen} order by kind, recipient`;

export async function openDeliveries(pool: Pool, siteId: string, reportId: string): Promise<OpenRow[]> {
  const { rows } = await pool.query<OpenRow>(open, [siteId, reportId]);
  return rows;
}

const claim = `/* reporting.claimDelivery */
update report_deliveries set status = 'sending', attempts = attempts + 1, message_id = coalesce(message_id, $5), updated_at = $6
where site_id = $1 and report_id = $2 and kind = $3 and recipient = $4 and ${isOpen}
returning attempts, message_id as "messageId"`;

/** Must be committed before anything is sent. Undefined if another process has claimed the row. `messageId` is that of the first attempt. */
export async function claimDelivery(
  pool: Pool,
  key: DeliveryKey,
  messageId: string,
  now: Date,
): Promise<ClaimedRow | undefined> {
  const { rows } = await pool.query<ClaimedRow>(claim, [...keyOf(key), messageId, now]);
  return rows[0];
}

export interface DeliveryOutcome {
  status: 'pending' | 'sent' | 'failed' | 'unknown';
  error: string | null;
}

const record = `/* reporting.recordDelivery */
update report_deliveries set status = $6, error = $7, updated_at = $8,
  lost_attempts = lost_attempts + ($6 = 'unknown')::int, sent_at = case when $6 = 'sent' then $8 else sent_at end
where site_id = $1 and report_id = $2 and kind = $3 and recipient = $4 and status = 'sending' and attempts = $5`;

/** Records the outcome of an attempt. */
export async function recordDelivery(
  pool: Pool,
  key: DeliveryKey,
  attempts: number,
  { status, error }: DeliveryOutcome,
  now: Date,
): Promise<void> {
  await pool.query(record, [...keyOf(key), attempts, status, error, now]);
}

const settle = `/* reporting.settleDelivery */
update report_deliveries set status = $5, error = $6, updated_at = $7
where site_id = $1 and report_id = $2 and kind = $3 and recipient = $4 and ${isOpen}`;

/** Closes a row without sending anything. */
export async function settleDelivery(
  pool: Pool,
  key: DeliveryKey,
  status: 'skipped' | 'failed',
  reason: string,
  now: Date,
): Promise<void> {
  await pool.query(settle, [...keyOf(key), status, reason, now]);
}

const giveUp = `/* reporting.giveUpDeliveries */
update report_deliveries delivery set status = 'failed', error = coalesce(error, $6), updated_at = $7
from unnest($3::text[], $4::text[], $5::int[]) as tried (kind, recipient, resends)
where site_id = $1 and report_id = $2 and delivery.kind = tried.kind and delivery.recipient = tried.recipient
  and delivery.resends = tried.resends and status = 'pending'`;

/**
 * Fails rows for good, with their last error or else `reason`. Rows for which a resend was requested in the meantime stay open.
 */
export async function giveUpDeliveries(pool: Pool, tried: OpenRow[], reason: string, now: Date): Promise<void> {
  const [first] = tried;
  if (first === undefined) return;
  const columns = [tried.map(({ kind }) => kind), tried.map(({ recipient }) => recipient)];
  const resends = tried.map((row) => row.resends);
  await pool.query(giveUp, [first.siteId, first.reportId, ...columns, resends, reason, now]);
}

export interface DeliveryCounts {
  sent: number;
  failed: number;
  skipped: number;
  unknown: number;
  /** Will be retried. */
  open: number;
  /** Being sent by another process, or by one that died, or the outcome could not be recorded. */
  sending: number;
}

const count = `/* reporting.countDeliveries */
select count(*) filter (where status = 'sent')::int as sent, count(*) filter (where status = 'failed')::int as failed,
  count(*) filter (where status = 'skipped')::int as skipped, count(*) filter (where status = 'unknown')::int as unknown,
  count(*) filter (where ${isOpen})::int as open, count(*) filter (where status = 'sending')::int as sending
from report_deliveries where site_id = $1 and report_id = $2`;

export async function countDeliveries(pool: Pool, siteId: string, reportId: string): Promise<DeliveryCounts> {
  const { rows } = await pool.query<DeliveryCounts>(count, [siteId, reportId]);
  return rows[0]!;
}

const resend = `/* reporting.resendDeliveries */
update report_deliveries
set status = 'pending', attempts = 0, lost_attempts = 0, message_id = null, resends = resends + 1, error = null, updated_at = $4
where site_id = $1 and report_id = $2 and status <> 'sending' and case when $3::text[] is null
  then kind = 'webhook' or recipient = '' or recipient in (
    select lower((each ->> 'address') collate "C") from reports, jsonb_array_elements(reports.recipients) each
    where reports.site_id = $1 and reports.id = $2)
  else recipient = any($3) end
returning kind, recipient`;

/**
 * Reopens rows with a new Message-ID and returns them: those of `recipients`, or of the report's own recipients. The latter do not include
 * addresses that it was only resent to.
 */
export async function resendDeliveries(
  pool: Queryable,
  siteId: string,
  reportId: string,
  recipients: string[] | null,
  now: Date,
): Promise<Pick<DeliveryKey, 'kind' | 'recipient'>[]> {
  return (await pool.query(resend, [siteId, reportId, recipients, now])).rows;
}
