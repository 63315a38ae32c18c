/** The ledger of a report: one row for each recipient, so that whatever crashes or runs again, each gets one message. */
import type { Pool } from '@millrace/shared/platform/postgres';

type Queryable = Pick<Pool, 'query'>;
export type DeliveryKind = 'email' | 'webhook';

/** Whose row: a mail address in lower case, the address of a webhook, or empty where a report has no recipients. */
export interface DeliveryKey {
  siteId: string;
  reportId: string;
  kind: DeliveryKind;
  recipient: string;
}

/** What is claimed by an attempt that begins. */
export interface ClaimedRow {
  /** With this one; tells the attempt from a later one that believed it dead. */
  attempts: number;
  messageId: string;
}

const keyOf = ({ siteId, reportId, kind, recipient }: DeliveryKey) => [siteId, reportId, kind, recipient];

const prepare = `/* reporting.prepareDeliveries */
insert into report_deliveries (site_id, report_id, kind, recipient, updated_at)
select $1, $2, kind, recipient, $5 from unnest($3::text[], $4::text[]) as wanted (kind, recipient)
on conflict (site_id, report_id, kind, recipient) do nothing`;

/** Rows for those that have none yet. */
export async function prepareDeliveries(pool: Queryable, keys: DeliveryKey[], now: Date): Promise<void> {
  const [first] = keys;
  if (first === undefined) return;
  const columns = [keys.map(({ kind }) => kind), keys.map(({ recipient }) => recipient)];
  await pool.query(prepare, [first.siteId, first.reportId, ...columns, now]);
}

const noteLost = `/* reporting.noteLostDeliveries */
update report_deliveries set status = 'unknown', lost_attempts = lost_attempts + 1, updated_at = $4,
  error = 'It is not known whether it was sent: the process that sent it ended, or could not say so.'
where site_id = $1 and report_id = $2 and status = 'sending' and updated_at <= $3`;

/** Attempts that began before `lostAt` and said nothing since: what became of their messages is unknown. */
export async function noteLostDeliveries(pool: Pool, siteId: string, reportId: string, lostAt: Date, now: Date) {
  await pool.query(noteLost, [siteId, reportId, lostAt, now]);
}

/** Sent again at most once when it may have arrived. */
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

/** Committed before anything is sent; undefined when somebody else has it. `messageId` is that of its first attempt. */
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

const noteOutcome = `/* reporting.noteDelivery */
update report_deliveries set status = $6, error = $7, updated_at = $8,
  lost_attempts = lost_attempts + ($6 = 'unknown')::int, sent_at = case when $6 = 'sent' then $8 else sent_at end
where site_id = $1 and report_id = $2 and kind = $3 and recipient = $4 and status = 'sending' and attempts = $5`;

/** What came of an attempt. */
export async function noteDelivery(
  pool: Pool,
  key: DeliveryKey,
  attempts: number,
  { status, error }: DeliveryOutcome,
  now: Date,
): Promise<void> {
  await pool.query(noteOutcome, [...keyOf(key), attempts, status, error, now]);
}

const settle = `/* reporting.settleDelivery */
update report_deliveries set status = $5, error = $6, updated_at = $7
where site_id = $1 and report_id = $2 and kind = $3 and recipient = $4 and ${isOpen}`;

/** A row to which nothing is sent, and why. */
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
 * Nobody will try these again: their last errors say why they failed, or `reason` where there is none. Those that somebody has asked
 * to be sent again meanwhile stay open.
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
  /** Not final: to be tried again. */
  open: number;
  /** By another process, or by one that ended, or whose outcome could not be noted. */
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

const askAgain = `/* reporting.resendDeliveries */
update report_deliveries
set status = 'pending', attempts = 0, lost_attempts = 0, message_id = null, resends = resends + 1, error = null, updated_at = $4
where site_id = $1 and report_id = $2 and status <> 'sending' and case when $3::text[] is null
  then kind = 'webhook' or recipient = '' or recipient in (
    select lower((each ->> 'address') collate "C") from reports, jsonb_array_elements(reports.recipients) each
    where reports.site_id = $1 and reports.id = $2)
  else recipient = any($3) end
returning kind, recipient`;

/**
 * Opens rows again, with another Message-ID: of `recipients`, or of all whom the report is for, to which those whom somebody once sent
 * it besides do not belong. Returns them.
 */
export async function resendDeliveries(
  pool: Queryable,
  siteId: string,
  reportId: string,
  recipients: string[] | null,
  now: Date,
): Promise<Pick<DeliveryKey, 'kind' | 'recipient'>[]> {
  return (await pool.query(askAgain, [siteId, reportId, recipients, now])).rows;
}
