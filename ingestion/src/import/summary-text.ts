/** Turns the final tally of an import into the text that the command ends with. */
import type { ImportTally, ShownLine } from './create-tally.js';
import type { ImportOptions } from './import-options.js';

/** Several lines, ending with a newline. Lines that were read but neither answered nor set aside count as not sent. */
export function summaryText({ file, siteId }: ImportOptions, tally: ImportTally): string {
  const rows: [string, number][] = [
    ['lines read', tally.lines],
    ['accepted', tally.accepted],
    ['rejected', tally.rejected],
    ['bots skipped', tally.bots],
    ['unparsable', tally.unparsable],
  ];
  if (tally.blank > 0) rows.push(['blank', tally.blank]);
  const unsent = tally.lines - tally.accepted - tally.rejected - tally.bots - tally.unparsable - tally.blank;
  if (unsent > 0) rows.push(['not sent', unsent]);
  return [
    ...shownLines('Rejected by the server', tally.firstRejected, tally.rejected),
    ...shownLines('Unparsable (neither Common nor Combined Log Format)', tally.firstUnparsable, tally.unparsable),
    `${file === '-' ? 'Standard input' : file} for site ${siteId}:`,
    ...rows.map(([name, count]) => `  ${name.padEnd(12)} ${count.toLocaleString('en').padStart(14)}`),
    ...storedLater(siteId, tally),
    '',
  ].join('\n');
}

function shownLines(title: string, lines: ShownLine[], total: number): string[] {
  if (total === 0) return [];
  const sorted = lines.toSorted((a, b) => a.number - b.number).map(({ number, text }) => `  line ${number}: ${text}`);
  const more = total - lines.length;
  return [`${title}:`, ...sorted, ...(more > 0 ? [`  and ${more.toLocaleString('en')} more`] : [])];
}

function storedLater(siteId: string, tally: ImportTally): string[] {
  if (tally.accepted === 0) return [];
  return [
    'What was accepted is safe in the queue. The processor stores it next;',
    `then /stats?site_id=${siteId} of the reporting service counts it.`,
  ];
}
