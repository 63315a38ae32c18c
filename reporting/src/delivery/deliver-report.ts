/** Delivering a report to each of its recipients, once each. */
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
  noteLostDeliveries,
  type OpenRow,
  openDeliveries,
  prepareDeliveries,
} from './ledger.js';
import { readFileOf } from './report-file.js';
import { reportLink } from './report-links.js';
import { type DeliverableReport, readReport } from './report-to-deliver.js';

export interface DeliveryDeps {
  pool: Pool;
  /** Opens the file of a report for reading; undefined when it is not kept any more. */
  openFile: (report: DeliverableReport) => Promise<Readable | undefined>;
  /** Undefined: SMTP_URL is not set. */
  mail?: MailSettings | undefined;
  webhookOptions: WebhookOptions;
  logger: Logger;
  /** Where people reach this service: without it no message has a link. */
  publicUrl?: string | undefined;
  links: Links;
  clock?: () => Date;
  /** After which an attempt counts as lost with its process. */
  lostAfterMs?: number;
  /** Fires when the process is told to stop: it no longer waits for an unreachable database to note an outcome. */
  stopping?: AbortSignal | undefined;
}

export interface DeliveryOptions {
  /** Nobody will try again: what may pass counts as failed, and what another process sends is waited for, or sent when that is lost. */
  lastAttempt: boolean;
}

export type DeliveryResult = Omit<DeliveryCounts, 'open' | 'sending'>;

/** Longer silences than alerts allow, since files take their time; a whole message ends well before it counts as lost. */
const timeouts = { replyMs: 60_000, wholeMs: 180_000 };
/** Before the fourth attempt of the job, 210 s after the first: whoever was cut off is sent it then, not minutes later. */
const defaultLostAfterMs = 200_000;
const askAgainMs = 1_000;
const unsent = 'It could not be sent; the log of the worker says why.';

/** Whom a report is for; where it has nobody a row says so. */
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

/** As many at a time as there are connections to the mail server; what is being sent is finished also when the database fails. */
async function inTurn<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items];
  const takeNext = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: mailsAtOnce }, takeNext));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

async function linksOf({ publicUrl, links }: DeliveryDeps, reportId: string, now: Date) {
  if (publicUrl === undefined) return undefined;
  return { publicUrl, links, download: await reportLink({ publicUrl, links }, reportId, now) };
}

/** Sends to everybody who has a row that is open. The file is read before anything is claimed. */
async function deliverOpen(deps: DeliveryDeps, report: DeliverableReport, rows: OpenRow[], clock: () => Date) {
  const links = await linksOf(deps, report.id, clock());
  const { mail: settings, webhookOptions, lostAfterMs = defaultLostAfterMs } = deps;
  const common = { report, webhookOptions, links };
  const surroundings = { ...deps, clock, lostAfterMs };
  if (!settings || rows.every(({ kind }) => kind === 'webhook')) {
    return inTurn(rows, (row) => deliverOne(row, { ...common, mail: undefined }, surroundings));
  }
  const file = await readFileOf(report, deps.openFile, links?.download);
  const mailer = openMailer({ ...settings, timeouts: { ...timeouts, ...settings.timeouts } });
  const sending = { ...common, mail: { mailer, from: settings.from, file } };
  try {
    await inTurn(rows, (row) => deliverOne(row, sending, surroundings));
  } finally {
    mailer.close();
  }
}

/** Tries everybody who has not got it, and says where that leaves the report. */
async function deliverOnce(
  deps: DeliveryDeps,
  report: DeliverableReport,
  { lastAttempt }: DeliveryOptions,
): Promise<DeliveryCounts> {
  const { pool, clock = () => new Date(), lostAfterMs = defaultLostAfterMs } = deps;
  const { siteId, id } = report;
  const now = clock();
  await noteLostDeliveries(pool, siteId, id, new Date(now.getTime() - lostAfterMs), now);
  const rows = await openDeliveries(pool, siteId, id);
  try {
    if (rows.length > 0) await deliverOpen(deps, report, rows, clock);
  } catch (error) {
    if (!lastAttempt) throw error;
    deps.logger.error({ err: error, report: id }, 'a report is not delivered');
  }
  if (lastAttempt) await giveUpDeliveries(pool, rows, unsent, clock());
  return countDeliveries(pool, siteId, id);
}

const unfinished = 'report not delivered to everybody yet';

/** For people: what there is still to do. */
function describeRest({ open, sending }: DeliveryCounts): string {
  const parts = [
    open > 0 && `${open} to be tried again, the report shows their errors`,
    sending > 0 && `${sending} still under way, or it is not known yet what became of them`,
  ];
  return parts.filter((part) => part !== false).join('; ');
}

/**
 * Sends a report that was generated to those that have not got it. May run again at any time, also in several processes at once: what
 * is final stays so. @returns how many recipients each end has, also of earlier calls.
 * @throws ServiceError `not_found`; Error when it is to be called again later, after everybody was tried.
 */
export async function deliverReport(
  deps: DeliveryDeps,
  siteId: string,
  reportId: string,
  options: DeliveryOptions = { lastAttempt: false },
): Promise<DeliveryResult> {
  const report = await readReport(deps.pool, siteId, reportId);
  if (!report) throw new ServiceError('not_found', 'There is no report of this id.');
  if (report.status !== 'generated') throw new Error(`The report is not written yet, it is ${report.status}.`);
  await prepareDeliveries(deps.pool, keysOf(report), (deps.clock ?? (() => new Date()))());
  let counts = await deliverOnce(deps, report, options);
  while (options.lastAttempt && counts.sending > 0) {
    await setTimeout(askAgainMs);
    counts = await deliverOnce(deps, report, options);
  }
  const { open, sending, ...ends } = counts;
  const isDone = open + sending === 0;
  deps.logger.info(
    { report: reportId, ...counts },
    isDone ? 'report delivered' : `${unfinished}: ${describeRest(counts)}`,
  );
  if (isDone || options.lastAttempt) return ends;
  throw new Error(
    `${open + sending} of the deliveries of report ${reportId} are not done yet: ${describeRest(counts)}.`,
  );
}
