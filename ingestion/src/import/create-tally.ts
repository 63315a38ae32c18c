/** Counts what became of each line: lines = accepted + rejected + bots + unparsable + blank + those not sent yet. */

export interface ShownLine {
  number: number;
  text: string;
}

export interface ImportTally {
  /** As read from the file, before decompression. */
  bytesRead: number;
  lines: number;
  blank: number;
  bots: number;
  unparsable: number;
  accepted: number;
  rejected: number;
  firstUnparsable: ShownLine[];
  firstRejected: ShownLine[];
}

/** A tally of nothing yet. Every step of an import counts into the same one. */
export function createTally(): ImportTally {
  return {
    bytesRead: 0,
    lines: 0,
    blank: 0,
    bots: 0,
    unparsable: 0,
    accepted: 0,
    rejected: 0,
    firstUnparsable: [],
    firstRejected: [],
  };
}
