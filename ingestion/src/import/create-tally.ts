/** Counts lines by outcome: lines = accepted + rejected + skipped + unparsable + blank + not yet sent. */

export interface ShownLine {
  file: string;
  number: number;
  text: string;
}

export interface FileTally {
  file: string;
  lines: number;
  blank: number;
  comments: number;
  unparsable: number;
}

export interface ImportTally extends Omit<FileTally, 'file'> {
  /** As read from the files, before decompression. */
  bytesRead: number;
  bots: number;
  /** Last lines without a line break, which may be incomplete. */
  unfinished: number;
  /** Excluded by `--hostname` or `--path`. */
  filtered: number;
  /** Of those, lines without a host, which `--hostname` cannot match. */
  hostless: number;
  accepted: number;
  rejected: number;
  /** Lines by skipped user agent; beyond a limit, new agents are only counted in `bots`. */
  agents: Map<string, number>;
  firstUnparsable: ShownLine[];
  firstRejected: ShownLine[];
}

const MAX_AGENTS = 10_000;

/** All steps of an import share one tally. */
export function createTally(): ImportTally {
  return {
    bytesRead: 0,
    lines: 0,
    blank: 0,
    comments: 0,
    bots: 0,
    unfinished: 0,
    filtered: 0,
    hostless: 0,
    unparsable: 0,
    accepted: 0,
    rejected: 0,
    agents: new Map(),
    firstUnparsable: [],
    firstRejected: [],
  };
}

export function countBot(tally: ImportTally, userAgent: string): void {
  tally.bots += 1;
  const count = tally.agents.get(userAgent) ?? 0;
  if (count > 0 || tally.agents.size < MAX_AGENTS) tally.agents.set(userAgent, count + 1);
}

/** The counts of one file: the difference to `before`, a copy of the tally at its start. */
export function tallyOfFile(file: string, before: ImportTally, now: ImportTally): FileTally {
  return {
    file,
    lines: now.lines - before.lines,
    blank: now.blank - before.blank,
    comments: now.comments - before.comments,
    unparsable: now.unparsable - before.unparsable,
  };
}
