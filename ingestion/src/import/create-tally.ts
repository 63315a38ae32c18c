/** Counts what became of each line: lines = accepted + rejected + skipped + unparsable + blank + those not sent yet. */

export interface ShownLine {
  file: string;
  number: number;
  text: string;
}

/** What a single file's lines were. */
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
  /** Last lines without a line end, which may be cut off. */
  unfinished: number;
  /** Left out by `--hostname` or `--path`. */
  filtered: number;
  /** Of those, lines that name no host although `--hostname` asks for one. */
  hostless: number;
  accepted: number;
  rejected: number;
  /** How many lines of each skipped user agent; those beyond a bound are only counted in `bots`. */
  agents: Map<string, number>;
  firstUnparsable: ShownLine[];
  firstRejected: ShownLine[];
}

const MAX_AGENTS = 10_000;

/** A tally of nothing yet. Every step of an import counts into the same one. */
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

/** Counts a skipped line under its user agent. */
export function countBot(tally: ImportTally, userAgent: string): void {
  tally.bots += 1;
  const count = tally.agents.get(userAgent) ?? 0;
  if (count > 0 || tally.agents.size < MAX_AGENTS) tally.agents.set(userAgent, count + 1);
}

/** What was counted since `before`, a copy of the tally as it was then, for the sentence about one file. */
export function tallyOfFile(file: string, before: ImportTally, now: ImportTally): FileTally {
  return {
    file,
    lines: now.lines - before.lines,
    blank: now.blank - before.blank,
    comments: now.comments - before.comments,
    unparsable: now.unparsable - before.unparsable,
  };
}
