/** Stands in for the folder of deliveries: a row of the ledger for everybody who would get the report. */
import type { Pool } from '@millrace/shared/postgres';
import type { Report } from './report.js';

/** How many recipients got a report, and how many did not, by why. */
export interface Delivered {
  sent: number;
  failed: number;
  skipped: number;
  unknown: number;
}

const skip = `/* reporting.skipDeliveries */
insert into report_deliveries (site_id, report_id, kind, recipient, status, error)
select $1, $2, 'email', recipient, 'skipped', $4 from unnest($3::text[]) as recipient
on conflict (site_id, report_id, kind, recipient) do nothing`;

/** @throws what is worth another try; `lastAttempt`: there will be none. */
export async function deliver(
  pool: Pool,
  { siteId, id, recipients }: Report,
  _options: { lastAttempt: boolean },
): Promise<Delivered> {
  const addresses = recipients.map(({ address }) => address.toLowerCase());
  const reason = addresses.length === 0 ? 'The report has no recipients.' : 'SMTP_URL is not set, so no mail was sent.';
  const rows = addresses.length === 0 ? [''] : addresses;
  await pool.query(skip, [siteId, id, rows, reason]);
  return { sent: 0, failed: 0, skipped: rows.length, unknown: 0 };
}

const open = `/* reporting.resendDeliveries */
update report_deliveries set status = 'pending', error = null, updated_at = $4
where site_id = $1 and report_id = $2 and ($3::text[] is null or recipient = any($3))`;

/** Marks deliveries to be made again; how many. */
export async function requestResend(
  pool: Pool,
  siteId: string,
  reportId: string,
  recipients: string[] | undefined,
  now: Date,
): Promise<number> {
  const { rowCount } = await pool.query(open, [
    siteId,
    reportId,
    recipients?.map((each) => each.toLowerCase()) ?? null,
    now,
  ]);
  return rowCount ?? 0;
}
