/** Converts lines to events; counts lines that are skipped: blank, unparsable, filtered, or from a bot. */

import { createAgentReader } from '../enrich/read-agent.js';
import type { ReadyEvent } from '../send/make-batches.js';
import { printable } from '../send/printable.js';
import { createFilter } from './create-filter.js';
import { countBot, type ImportTally } from './create-tally.js';
import { findFormat, formats } from './formats/formats.js';
import type { LogRecord, ParseLine } from './formats/log-record.js';
import { createLineIds } from './identify-lines.js';
import type { ImportOptions } from './import-options.js';
import { logEvent } from './log-event.js';
import type { LogLine } from './read-lines.js';

export type SortOptions = Omit<ImportOptions, 'files' | 'url' | 'key' | 'showBots' | 'maxUnparsable' | 'dryRun'>;

const UNPARSABLE_SHOWN = 5;
/** After this many lines that no format can parse, the first format is assumed. */
const LINES_LOOKED_AT = 1_000;

/** Yields one array of events per array of lines of a file, and counts every line in `tally`. */
export async function* sortLines(
  file: string,
  lines: AsyncIterable<LogLine[]>,
  options: SortOptions,
  tally: ImportTally,
): AsyncGenerator<ReadyEvent[]> {
  const sort = createSorter(file, options, tally);
  let parse = options.format?.createParser(options.jsonFields);
  let waiting: LogLine[] = [];
  for await (const group of lines) {
    waiting.push(...group);
    parse ??= findFormat(waiting, options.jsonFields)?.createParser(options.jsonFields);
    if (parse === undefined && waiting.length < LINES_LOOKED_AT) continue;
    parse ??= formats[0]!.createParser(options.jsonFields);
    yield sort(waiting, parse);
    waiting = [];
  }
  if (waiting.length > 0) yield sort(waiting, formats[0]!.createParser(options.jsonFields));
}

function createSorter(file: string, options: SortOptions, tally: ImportTally) {
  const botOf = createBotFinder();
  const isWanted = createFilter(options);
  const idOf = createLineIds(options.source, options.identity);
  /** An incomplete line may be unreadable for that reason; but in a file without any readable line, it is not a log line. */
  let hasRead = false;

  function sortLine(line: LogLine, parse: ParseLine): ReadyEvent | null {
    tally.lines += 1;
    const record = line.overlong ? null : parse(line);
    const isCutOff = !line.overlong && !options.includeUnfinished && !isWhole(line);
    hasRead ||= record !== null && record !== 'comment';
    if (record === 'comment') tally.comments += 1;
    else if (isCutOff && hasRead) tally.unfinished += 1;
    else if (record === null) countUnreadable(file, line, tally);
    else if (!isWanted(record)) countFiltered(options, record.hostname, tally);
    else {
      const bot = botOf(record);
      if (bot === undefined || options.includeBots) {
        return { number: line.number, json: JSON.stringify(logEvent(options, idOf(line), record, bot)) };
      }
      countBot(tally, record.userAgent ?? '');
    }
    return null;
  }

  return (lines: LogLine[], parse: ParseLine) =>
    lines.map((line) => sortLine(line, parse)).filter((event) => event !== null);
}

/** Uses the same bot names as ingestion. */
function createBotFinder(): (record: LogRecord) => string | undefined {
  const readAgent = createAgentReader();
  return ({ userAgent }) => (userAgent === null ? undefined : readAgent(userAgent).bot);
}

/**
 * Whether the line is certainly complete. A server that is still writing may have got to `200 12` of `200 1234`, which would become
 * an additional event. Only JSON shows that it is complete; blank lines are not sent anyway.
 */
function isWhole({ ended, text }: LogLine): boolean {
  return ended || isJson(text) || text.trim() === '';
}

function isJson(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function countFiltered({ hostnames }: SortOptions, hostname: string | null, tally: ImportTally): void {
  tally.filtered += 1;
  if (hostnames.length > 0 && hostname === null) tally.hostless += 1;
}

function countUnreadable(file: string, line: LogLine, tally: ImportTally): void {
  if (line.text.trim() === '') {
    tally.blank += 1;
    return;
  }
  tally.unparsable += 1;
  if (tally.firstUnparsable.length >= UNPARSABLE_SHOWN) return;
  const note = line.overlong ? '(longer than 64 KB) ' : '';
  tally.firstUnparsable.push({ file, number: line.number, text: note + printable(line.text) });
}
