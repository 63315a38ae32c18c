import { printable } from '../send/printable.js';
import type { ImportTally, ShownLine } from './create-tally.js';
import type { ImportOptions } from './import-options.js';

type SummaryOptions = Pick<ImportOptions, 'siteId' | 'showBots' | 'dryRun'>;

/** The text that the command prints at the end. Lines that were read but have no outcome count as not sent. */
export function summaryText(files: readonly string[], options: SummaryOptions, tally: ImportTally): string {
  const several = files.length > 1;
  const name = several ? `${files.length} files` : fileName(files[0] ?? '-');
  return [
    ...(options.showBots ? skippedAgents(tally) : []),
    ...shownLines('Rejected by the server', tally.firstRejected, tally.rejected, several),
    ...shownLines('Unparsable', tally.firstUnparsable, tally.unparsable, several),
    `${name} for site ${options.siteId}:`,
    ...countRows(options, tally).map(
      ([row, count]) => `  ${row.padEnd(12)} ${count.toLocaleString('en').padStart(14)}`,
    ),
    ...hostlessLines(tally),
    ...lastLines(tally),
    ...storedLater(options, tally),
    '',
  ].join('\n');
}

/** The name of a file for messages. */
export function fileName(file: string): string {
  return file === '-' ? 'Standard input' : file;
}

function countRows({ dryRun }: SummaryOptions, tally: ImportTally): [string, number][] {
  const { lines, accepted, rejected, bots, filtered, unfinished, unparsable, blank, comments } = tally;
  const rows: [string, number][] = [
    ['lines read', lines],
    [dryRun ? 'to be sent' : 'accepted', accepted],
    ['rejected', rejected],
    ['bots skipped', bots],
    ['unparsable', unparsable],
  ];
  const unsent = lines - accepted - rejected - bots - filtered - unfinished - unparsable - blank - comments;
  const seldom: [string, number][] = [
    ['unfinished', unfinished],
    ['filtered out', filtered],
    ['comments', comments],
    ['blank', blank],
    ['not sent', unsent],
  ];
  return [...rows, ...seldom.filter(([, count]) => count > 0)];
}

function hostlessLines({ filtered, hostless }: ImportTally): string[] {
  if (hostless === 0) return [];
  const which = hostless === filtered ? 'the lines' : `${hostless.toLocaleString('en')} of the lines`;
  return [`There is no host in ${which} filtered out: --hostname cannot match them.`];
}

function lastLines({ unfinished }: ImportTally): string[] {
  if (unfinished === 0) return [];
  const which = unfinished === 1 ? 'A last line has' : `${unfinished.toLocaleString('en')} last lines have`;
  return [
    `${which} no line break, may be incomplete, and was skipped: it counts when the file is imported again after more is written.`,
    'If nothing more will be written, add a line break, or use --include-unfinished.',
  ];
}

function skippedAgents({ agents, bots }: ImportTally): string[] {
  if (bots === 0) return ['No lines were skipped as bots.'];
  const sorted = [...agents].toSorted(([, a], [, b]) => b - a);
  const rows = sorted.map(([agent, count]) => `  ${count.toLocaleString('en').padStart(9)}  ${printable(agent, 300)}`);
  const rest = bots - sorted.reduce((sum, [, count]) => sum + count, 0);
  return ['Skipped as bots:', ...rows, ...(rest > 0 ? [`  ${rest.toLocaleString('en').padStart(9)}  (others)`] : [])];
}

function shownLines(title: string, lines: ShownLine[], total: number, several: boolean): string[] {
  if (total === 0) return [];
  const sorted = lines
    .toSorted((a, b) => (a.file === b.file ? a.number - b.number : 0))
    .map(({ file, number, text }) => `  ${several ? `${fileName(file)} ` : ''}line ${number}: ${text}`);
  const more = total - lines.length;
  return [`${title}:`, ...sorted, ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : [])];
}

function storedLater({ siteId, dryRun }: SummaryOptions, tally: ImportTally): string[] {
  if (tally.accepted === 0) return [];
  if (dryRun) return ['Nothing was sent: this was a dry run.'];
  return [
    'Accepted events are safe in the queue. Once the processor has stored them,',
    `/stats?site_id=${siteId} of the reporting service includes them. Lines imported before are not counted again.`,
  ];
}
