/** The final tally of an import → the text that the command ends with. */

import { printable } from '../send/printable.js';
import type { ImportTally, ShownLine } from './create-tally.js';
import type { ImportOptions } from './import-options.js';

type SummaryOptions = Pick<ImportOptions, 'siteId' | 'showBots' | 'dryRun'>;

/** Several lines, ending with a newline. Lines that were read but neither answered nor set aside count as not sent. */
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

/** How a file is called in a sentence. */
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
  return [`No host is named by ${which} filtered out: --hostname cannot match them.`];
}

function lastLines({ unfinished }: ImportTally): string[] {
  if (unfinished === 0) return [];
  const which = unfinished === 1 ? 'A last line has' : `${unfinished.toLocaleString('en')} last lines have`;
  return [
    `${which} no line end, may be incomplete, and was left out: it counts once the file goes on and is imported again.`,
    'If nothing more will be written there, add a line end, or give --include-unfinished.',
  ];
}

function skippedAgents({ agents, bots }: ImportTally): string[] {
  if (bots === 0) return ['No line was skipped as that of a bot.'];
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
    'What was accepted is safe in the queue. The processor stores it next;',
    `then /stats?site_id=${siteId} of the reporting service counts it. Lines imported before are not counted again.`,
  ];
}
