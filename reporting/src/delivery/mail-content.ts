/** The content of a report email, independent of its format. */
import { oneLine } from '@millrace/shared/outbound/one-line';
import { describePeriod } from '../reports/describe-period.js';
import type { FigureChange } from '../reports/report.js';
import { type FormattedChange, formatBytes, formatChange, formatDay, formatValue } from './format-figure.js';
import type { ReportFile } from './report-file.js';
import type { DeliverableReport, KeyFigure } from './report-to-deliver.js';

export interface MailContext {
  /** The recipient. */
  address: string;
  file: ReportFile;
  /** Undefined if `PUBLIC_URL` is not set. */
  unsubscribeUrl: string | undefined;
  /** The address to write to instead. */
  from: string;
}

export interface ShownFigure {
  title: string;
  value: string;
  change: FormattedChange | undefined;
  /** Value in the previous period, if there is one. */
  previous: string | undefined;
}

export interface MailContent {
  title: string;
  site: string;
  period: string;
  /** Undefined for the first one. */
  revision: string | undefined;
  figures: ShownFigure[];
  changes: { title: string; before: string; now: string }[];

  file: { sentence: string; url: string | undefined };
  reason: string;
  stop: { sentence: string; url: string | undefined };
}

/** Some mail clients cut off messages of more than 102 KB. */
const maxFigures = 30;
const titleOf = (title: string) => oneLine(title, 80);

function showFigure(figure: KeyFigure): ShownFigure {
  const { title, value, previous = null, unit } = figure;
  return {
    title: titleOf(title),
    value: formatValue(value, unit),
    change: formatChange(figure),
    previous: previous === null ? undefined : formatValue(previous, unit),
  };
}

const showChange = ({ title, before, now, unit }: FigureChange) => ({
  title: titleOf(title),
  before: formatValue(before, unit),
  now: formatValue(now, unit),
});

function aboutFile(file: ReportFile): MailContent['file'] {
  if (file.kind === 'attached') {
    return {
      sentence: `The full report is attached: ${file.filename} (${formatBytes(file.content.length)}).`,
      url: undefined,
    };
  }
  if (file.kind === 'gone') return { sentence: 'The file of this report has expired.', url: undefined };
  const size = `The full report is ${formatBytes(file.bytes)}, which is too large for an email.`;
  if (file.kind === 'kept') return { sentence: `${size} Ask your Millrace administrator for it.`, url: undefined };
  return { sentence: `${size} The download link is valid until ${formatDay(file.expiresAt)}.`, url: file.url };
}

function aboutStopping({ unsubscribeUrl, from }: MailContext): MailContent['stop'] {
  return unsubscribeUrl === undefined
    ? { sentence: `To unsubscribe, write to ${from}.`, url: undefined }
    : { sentence: 'To stop receiving this report, unsubscribe:', url: unsubscribeUrl };
}

/** Undefined if no earlier revision was written. */
function aboutRevision({ revision, changes }: DeliverableReport): string | undefined {
  if (changes === null) return undefined;
  const why =
    changes.length > 0
      ? 'the data of its period has changed since it was first written'
      : 'it was written again, and none of its key figures has changed';
  return `This is revision ${revision} of the report: ${why}.`;
}

export function mailContent(report: DeliverableReport, context: MailContext): MailContent {
  const title = oneLine(report.title, 120);
  return {
    title,
    site: oneLine(report.siteName, 120),
    period: describePeriod({ from: report.firstDay, to: report.lastDay }),
    revision: aboutRevision(report),
    figures: (report.keyFigures ?? []).slice(0, maxFigures).map(showFigure),
    changes: (report.changes ?? []).slice(0, maxFigures).map(showChange),
    file: aboutFile(context.file),
    reason: `You get this email because ${context.address} is a recipient of the report “${title}” in Millrace.`,
    stop: aboutStopping(context),
  };
}
