import type { Pool } from '@millrace/shared/platform/postgres';
import type { Report } from './report.js';

interface DeliveryRow {
  kind: 'email' | 'webhook';
  recipient: string;
  status: string;
  attempts: number;
  error: string | null;
  sent_at: Date | null;
  updated_at: Date;
}

const statement = `/* reporting.listDeliveries */
select kind, recipient, status, attempts, error, sent_at, updated_at from report_deliveries
where site_id = $1 and report_id = $2 order by kind, recipient`;

/** The URL of a webhook can contain a secret, so only administrators see its path. */
export async function listDeliveries(pool: Pool, { siteId, id }: Report, isAdmin: boolean): Promise<DeliveryRow[]> {
  const { rows } = await pool.query<DeliveryRow>(statement, [siteId, id]);
  const shown = ({ kind, recipient }: DeliveryRow) =>
    kind === 'webhook' && !isAdmin && URL.canParse(recipient) ? `${new URL(recipient).origin}/…` : recipient;
  return rows.map((row) => ({ ...row, recipient: shown(row) }));
}
