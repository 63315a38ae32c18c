export interface Snapshot {
  /** All transactions before this are visible. */
  xmin: number;
  /** No transaction from this one on is visible. */
  xmax: number;
  /** Transactions in between that are not visible. */
  running: readonly number[];
  /** Taken on a standby, which does not report running transactions, so it may see more than these fields say. */
  isStandby: boolean;
}

/**
 * Parses the text of a `pg_snapshot`. A standby does not report which transactions are running, so there nothing from `xmin` on
 * counts as visible, and a reader reads those rows again.
 */
export function parseSnapshot(text: string, isStandby: boolean): Snapshot {
  const [xmin, xmax, running] = text.split(':') as [string, string, string];
  if (isStandby) return { xmin: Number(xmin), xmax: Number(xmin), running: [], isStandby };
  const list = running === '' ? [] : running.split(',').map(Number);
  return { xmin: Number(xmin), xmax: Number(xmax), running: list, isStandby };
}

export const isVisible = ({ xmin, xmax, running }: Snapshot, txid: number): boolean =>
  txid < xmin || (txid < xmax && !running.includes(txid));

/** Whether everything visible in `earlier` is also visible in `later`. */
export const isWithin = (earlier: Snapshot, later: Snapshot): boolean =>
  earlier.xmax <= later.xmax && !later.running.some((txid) => isVisible(earlier, txid));

/** Whether exactly the same is visible in both; never true for a standby. */
export const isSameSnapshot = (one: Snapshot, other: Snapshot): boolean =>
  !one.isStandby && !other.isStandby && one.xmax === other.xmax && isWithin(one, other) && isWithin(other, one);
