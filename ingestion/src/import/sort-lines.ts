/** Turns lines into events ready to send, and counts the lines that become none: blank, unparsable, or of a bot. */
import { createBotCheck } from './create-bot-check.js';
import type { ImportTally } from './create-tally.js';
import { logEvent } from './log-event.js';
import { parseLogLine } from './parse-log-line.js';
import { printable } from './printable.js';
import type { LogLine } from './read-lines.js';

export interface ReadyEvent {
  lineNumber: number;
  json: string;
}

export interface SortOptions {
  siteId: string;
  includeBots: boolean;
}

const UNPARSABLE_SHOWN = 5;

/** Gives one array of events per array of lines; every line is counted in `tally`. */
export async function* sortLines(
  lines: AsyncIterable<LogLine[]>,
  { siteId, includeBots }: SortOptions,
  tally: ImportTally,
): AsyncGenerator<ReadyEvent[]> {
  const isBot = createBotCheck();

  function sort(line: LogLine): ReadyEvent | null {
    tally.lines += 1;
    const record = line.overlong ? null : parseLogLine(line.text);
    if (record === null) {
      countUnreadable(line, tally);
      return null;
    }
    if (!includeBots && isBot(record.userAgent)) {
      tally.bots += 1;
      return null;
    }
    return { lineNumber: line.number, json: JSON.stringify(logEvent(siteId, line, record)) };
  }

  for await (const group of lines) yield group.map(sort).filter((event) => event !== null);
}

function countUnreadable(line: LogLine, tally: ImportTally): void {
  if (line.text.trim() === '') {
    tally.blank += 1;
    return;
  }
  tally.unparsable += 1;
  if (tally.firstUnparsable.length >= UNPARSABLE_SHOWN) return;
  const note = line.overlong ? '(longer than 64 KB) ' : '';
  tally.firstUnparsable.push({ number: line.number, text: note + printable(line.text) });
}
