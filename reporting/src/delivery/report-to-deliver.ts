import type { Pool } from '@millrace/shared/platform/postgres';
import type { FormatId } from '../exports/formats/format.js';
import type { FigureChange } from '../reports/report.js';
import type { Recipient } from '../reports/templates/template.js';
import { readUnsubscribed } from './unsubscribe.js';

/** Exact numbers are strings. */
export type FigureValue = number | string | null;

export interface KeyFigure {
  name: string;
  title: string;
  value: FigureValue;
  /** Value in the previous period. */
  previous?: FigureValue;
  /** In percent. Null if there is nothing to compare with. */
  change?: number | null;
  /** A currency such as EUR, `%`, or a noun. */
  unit?: string;
  /** Default: true. */
  higherIsBetter?: boolean;
}

export interface DeliverableReport {
  siteId: string;
  siteName: string;
  id: string;
  templateId: string | null;
  title: string;
  dataset: string;
  format: FormatId;
  /** Days as `YYYY-MM-DD` in `timezone`, both inclusive. */
  firstDay: string;
  lastDay: string;
  timezone: string;
  recipients: Recipient[];
  webhook: string | null;
  secret: string | null;
  status: string;
  revision: number;
  keyFigures: KeyFigure[] | null;
  changes: FigureChange[] | null;
  /** Name of the file in its store. */
  file: string | null;
  /** A bigint, as a string. */
  bytes: string | null;
  /** Addresses, in lower case, that have unsubscribed from the template. */
  unsubscribed: string[];
}

const statement = `/* reporting.reportToDeliver */
select report.site_id as "siteId", coalesce(sites.name, report.site_id) as "siteName", report.id, template_id as "templateId",
  title, report.dataset, report.format, first_day::text as "firstDay", last_day::text as "lastDay", report.timezone,
  report.recipients, report.webhook, report.secret, status, revision, key_figures as "keyFigures", changes, file, bytes
from reports report left join sites on sites.site_id = report.site_id
where report.site_id = $1 and report.id = $2`;

/** Undefined if there is no such report. */
export async function readReport(pool: Pool, siteId: string, id: string): Promise<DeliverableReport | undefined> {
  const { rows } = await pool.query<Omit<DeliverableReport, 'unsubscribed'>>(statement, [siteId, id]);
  const [report] = rows;
  return report && { ...report, unsubscribed: await readUnsubscribed(pool, siteId, id) };
}
