import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { type MailSettings, mailsAtOnce, openMailer } from '@millrace/shared/outbound/open-mailer';
import type { WebhookOptions } from '@millrace/shared/outbound/post-webhook';
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Links } from '../exports/export-links.js';
import { addressKey } from './address.js';
import { deliverOne } from './deliver-one.js';
import {
  countDeliveries,
  type DeliveryCounts,
  type DeliveryKey,
  giveUpDeliveries,
  markLostDeliveries,
  type OpenRow,
  openDeliveries,
  prepareDeliveries,
} from './ledger.js';
import { readFileOf } from './report-file.js';
import { reportLink } from './report-links.js';
import { type DeliverableReport, readReport } from './report-to-deliver.js';

export interface DeliveryDeps {
  pool: Pool;
  /** Opens the file of a report. Undefined if it has expired. */
  openFile: (report: DeliverableReport) => Promise<Readable | undefined>;
  /** Undefined: SMTP_URL is not set. */
  mail?: MailSettings | undefined;
  webhookOptions: WebhookOptions;
  logger: Logger;
  /** Without it, messages have no links. */
  publicUrl?: string | undefined;
  links: Links;
  clock?: () => Date;
  /** After this time an attempt counts as lost, and its process as dead. */
  lostAfterMs?: number;
  /** Fires on shutdown: outcomes are then no longer held back for an unreachable database. */
  stopping?: AbortSignal | undefined;
}

export interface DeliveryOptions {
  /** Makes temporary failures final, and waits for messages that another process is sending, or sends them if it is lost. */
  lastAttempt: boolean;
}

export type DeliveryResult = Omit<DeliveryCounts, 'open' | 'sending'>;

/** Longer than for alerts, because attachments take time, but well below the time after which an attempt counts as lost. */
const timeouts = { replyMs: 60_000, wholeMs: 180_000 };
/** Just before the fourth attempt of the job, 210 s after the first, so interrupted messages are sent then and not minutes later. */
const defaultLostAfterMs = 200_000;
const recheckMs = 1_000;
const unsent = 'It could not be sent; see the log of the worker.';

/** One key per recipient. A report without recipients has a single row that says so. */
function keysOf({ siteId, id, recipients, webhook }: DeliverableReport): DeliveryKey[] {
  const report = { siteId, reportId: id };
  const keys: DeliveryKey[] = recipients.map(({ address }) => ({
    ...report,
    kind: 'email',
    recipient: addressKey(address),
  }));
  if (webhook !== null) keys.push({ ...report, kind: 'webhook', recipient: webhook });
  return keys.length > 0 ? keys : [{ ...report, kind: 'email', recipient: '' }];
}

/** Runs as many at once as there are mail server connections. If one fails, messages being sent are still finished. */
async function forEachConcurrently<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items];
  const takeNext = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: mailsAtOnce }, takeNext));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

async function linksOf({ publicUrl, links }: DeliveryDeps, reportId: string, now: Date) {
  if (publicUrl === undefined) return undefined;
  return { publicUrl, links, download: await reportLink({ publicUrl, links }, reportId, now) };
}

/** Sends all open rows. Reads the file before claiming any. */
async function deliverOpen(deps: DeliveryDeps, report: DeliverableReport, rows: OpenRow[], clock: () => Date) {
  const links = await linksOf(deps, report.id, clock());
  const { mail: settings, webhookOptions, lostAfterMs = defaultLostAfterMs } = deps;
  const common = { report, webhookOptions, links };
  const oneDeps = { ...deps, clock, lostAfterMs };
  if (!settings || rows.every(({ kind }) => kind === 'webhook')) {
    return forEachConcurrently(rows, (row) => deliverOne(row, { ...common, mail: undefined }, oneDeps));
  }
  const file = await readFileOf(report, deps.openFile, links?.download);
  const mailer = openMailer({ ...settings, timeouts: { ...timeouts, ...settings.timeouts } });
  const sending = { ...common, mail: { mailer, from: settings.from, file } };
  try {
    await forEachConcurrently(rows, (row) => deliverOne(row, sending, oneDeps));
  } finally {
    mailer.close();
  }
}

/** Tries all open rows once. Returns the counts afterwards. */
async function deliverOnce(
  deps: DeliveryDeps,
  report: DeliverableReport,
  { lastAttempt }: DeliveryOptions,
): Promise<DeliveryCounts> {
  const { pool, clock = () => new Date(), lostAfterMs = defaultLostAfterMs } = deps;
  const { siteId, id } = report;
  const now = clock();
  await markLostDeliveries(pool, siteId, id, new Date(now.getTime() - lostAfterMs), now);
  const rows = await openDeliveries(pool, siteId, id);
  try {
    if (rows.length > 0) await deliverOpen(deps, report, rows, clock);
  } catch (error) {
    if (!lastAttempt) throw error;
    deps.logger.error({ err: error, report: id }, 'could not deliver a report');
  }
  if (lastAttempt) await giveUpDeliveries(pool, rows, unsent, clock());
  return countDeliveries(pool, siteId, id);
}

const unfinished = 'report not yet delivered to all recipients';

function describeRest({ open, sending }: DeliveryCounts): string {
  const parts = [
    open > 0 && `${open} will be retried (the report shows their errors)`,
    sending > 0 && `${sending} still being sent, or their outcome is not known yet`,
  ];
  return parts.filter((part) => part !== false).join('; ');
}

/**
 * Sends a generated report to all recipients that have not received it. Safe to run again at any time and in several processes at once.
 * @returns the recipients by outcome, including earlier calls.
 * @throws ServiceError `not_found`; Error if it must be called again later to finish.
 */
export async function deliverReport(
  deps: DeliveryDeps,
  siteId: string,
  reportId: string,
  options: DeliveryOptions = { lastAttempt: false },
): Promise<DeliveryResult> {
  const report = await readReport(deps.pool, siteId, reportId);
  if (!report) throw new ServiceError('not_found', 'There is no report with this id.');
  if (report.status !== 'generated')
    throw new Error(`The report cannot be delivered yet because it is ${report.status}.`);
  await prepareDeliveries(deps.pool, keysOf(report), (deps.clock ?? (() => new Date()))());
  let counts = await deliverOnce(deps, report, options);
  while (options.lastAttempt && counts.sending > 0) {
    await setTimeout(recheckMs);
    counts = await deliverOnce(deps, report, options);
  }
  const { open, sending, ...outcomes } = counts;
  const isDone = open + sending === 0;
  deps.logger.info(
    { report: reportId, ...counts },
    isDone ? 'report delivered' : `${unfinished}: ${describeRest(counts)}`,
  );
  if (isDone || options.lastAttempt) return outcomes;
  throw new Error(`Report ${reportId} is not fully delivered: ${describeRest(counts)}.`);
}
