/** Generated reports that are ready for delivery. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { MailTimeouts } from '@millrace/shared/outbound/open-mailer';
import { silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { DeliveryDeps } from '../src/delivery/deliver-report.js';
import { createLinks } from '../src/exports/export-links.js';

export const figures = [
  { name: 'views', title: 'Views', value: '1248032', previous: '1101500', change: 13 },
  { name: 'visitors', title: 'Visitors', value: '84210', previous: '88903', change: -5 },
  { name: 'revenue_EUR', title: 'Revenue (EUR)', value: '18230.50', previous: '0', change: null, unit: 'EUR' },
];

/** Columns of table reports. */
const written = {
  site_id: 'demo',
  template_id: 'weekly',
  title: 'Weekly growth',
  dataset: 'timeseries',
  format: 'csv',
  first_day: '2026-11-16',
  last_day: '2026-11-22',
  timezone: 'Europe/Berlin',
  recipients: [{ address: 'anna@example.org', name: 'Anna' }] as { address: string; name?: string }[],
  webhook: null as string | null,
  secret: null as string | null,
  status: 'generated',
  revision: 1,
  key_figures: figures as unknown,
  changes: null as unknown,
  file: 'file',
  bytes: 20,
};

/** Stores a generated report, with `fields` replacing the defaults. Returns its id. */
export async function insertReport({ pool }: TestDatabase, fields: Partial<typeof written> = {}): Promise<string> {
  const id = randomUUID();
  const row = { id, origin: id, ...written, ...fields };
  const names = Object.keys(row);
  const values = Object.values(row).map((value) =>
    typeof value === 'object' && value ? JSON.stringify(value) : value,
  );
  const places = names.map((_name, place) => `$${place + 1}`);
  await pool.query(`insert into reports (${names}) values (${places})`, values);
  return row.id;
}

export const fileText = 'day,views\n2026-11-16,1\n';

/** Short timeouts, so that a test does not wait for what hangs. */
export const shortTimeouts = { connectMs: 500, replyMs: 500, wholeMs: 1_000 };

export function deliveryDeps(
  { pool }: TestDatabase,
  url: string | undefined,
  timeouts: Partial<MailTimeouts> = {},
): DeliveryDeps {
  return {
    pool,
    openFile: async () => Readable.from([Buffer.from(fileText)]),
    ...(url !== undefined && { mail: { url, from: 'reports@millrace.example', timeouts } }),
    webhookOptions: { allowPrivate: true },
    logger: silent,
    publicUrl: 'https://stats.example.org/',
    links: createLinks(pool, 'secret of the test'),
  };
}

export interface LedgerRow {
  kind: string;
  recipient: string;
  status: string;
  attempts: number;
  error: string | null;
}

/** The ledger of a report, by recipient. */
export async function ledgerOf({ pool }: TestDatabase, reportId: string): Promise<LedgerRow[]> {
  const { rows } = await pool.query<LedgerRow>(
    'select kind, recipient, status, attempts, error from report_deliveries where report_id = $1 order by kind, recipient',
    [reportId],
  );
  return rows;
}
