/** What a mail about a report says, before it is text or HTML. */
import { oneLine } from '@millrace/shared/outbound/one-line';
import { describePeriod } from '../reports/describe-period.js';
import type { FigureChange } from '../reports/report.js';
import { type FormattedChange, formatBytes, formatChange, formatDay, formatValue } from './format-figure.js';
import type { ReportFile } from './report-file.js';
import type { DeliverableReport, KeyFigure } from './report-to-deliver.js';

export interface MailContext {
  /** To whom it goes. */
  address: string;
  file: ReportFile;
  /** Ends the mails of the template; undefined where people reach no address of ours. */
  unsubscribeUrl: string | undefined;
  /** Whom to write to instead. */
  from: string;
}

export interface ShownFigure {
  title: string;
  value: string;
  change: FormattedChange | undefined;
  /** Of the period before; undefined where there was none. */
  previous: string | undefined;
}

export interface MailContent {
  title: string;
  site: string;
  period: string;
  /** Undefined for the first issue. */
  revision: string | undefined;
  figures: ShownFigure[];
  changes: { title: string; before: string; now: string }[];
  /** About the file, and where it can be downloaded. */
  file: { sentence: string; url: string | undefined };
  reason: string;
  stop: { sentence: string; url: string | undefined };
}

/** Mail programs cut off what is longer than 102 KB. */
const mostFigures = 30;
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
      sentence: `The whole report is attached: ${file.filename} (${formatBytes(file.content.length)}).`,
      url: undefined,
    };
  }
  if (file.kind === 'gone') return { sentence: 'The file of the report is not kept any more.', url: undefined };
  const size = `The whole report is ${formatBytes(file.bytes)}, too large for a mail.`;
  if (file.kind === 'kept') return { sentence: `${size} Whoever runs Millrace can give it to you.`, url: undefined };
  return { sentence: `${size} The link to it works until ${formatDay(file.expiresAt)}.`, url: file.url };
}

function aboutStopping({ unsubscribeUrl, from }: MailContext): MailContent['stop'] {
  return unsubscribeUrl === undefined
    ? { sentence: `To get no more of them, write to ${from}.`, url: undefined }
    : { sentence: 'To get no more of them, unsubscribe:', url: unsubscribeUrl };
}

/** Undefined for the first that was written, whatever its number. */
function aboutRevision({ revision, changes }: DeliverableReport): string | undefined {
  if (changes === null) return undefined;
  const why =
    changes.length > 0
      ? 'what is known of its period changed after it was written, and it was written again'
      : 'it was written again, and none of its figures has changed';
  return `This is issue ${revision} of the report: ${why}.`;
}

export function mailContent(report: DeliverableReport, context: MailContext): MailContent {
  const title = oneLine(report.title, 120);
  return {
    title,
    site: oneLine(report.siteName, 120),
    period: describePeriod({ from: report.firstDay, to: report.lastDay }),
    revision: aboutRevision(report),
    figures: (report.keyFigures ?? []).slice(0, mostFigures).map(showFigure),
    changes: (report.changes ?? []).slice(0, mostFigures).map(showChange),
    file: aboutFile(context.file),
    reason: `You get this mail because ${context.address} is a recipient of the report “${title}” in Millrace.`,
    stop: aboutStopping(context),
  };
}
