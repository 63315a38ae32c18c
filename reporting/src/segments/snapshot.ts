/** Which transactions a snapshot sees. */

export interface Snapshot {
  /** All before it are seen. */
  xmin: number;
  /** None from it on is seen. */
  xmax: number;
  /** Those in between that are not seen. */
  running: readonly number[];
  /** It does not say which transactions are running, so it may see more than the others say. */
  isStandby: boolean;
}

/**
 * Of the text of a `pg_snapshot`. A standby does not say which transactions are running: there nothing from the first of them on counts
 * as seen, so that a reader takes again what it may have.
 */
export function parseSnapshot(text: string, isStandby: boolean): Snapshot {
  const [xmin, xmax, running] = text.split(':') as [string, string, string];
  if (isStandby) return { xmin: Number(xmin), xmax: Number(xmin), running: [], isStandby };
  const list = running === '' ? [] : running.split(',').map(Number);
  return { xmin: Number(xmin), xmax: Number(xmax), running: list, isStandby };
}

export const isVisible = ({ xmin, xmax, running }: Snapshot, txid: number): boolean =>
  txid < xmin || (txid < xmax && !running.includes(txid));

/** Whether all that `earlier` sees is seen by `later`, too. */
export const isWithin = (earlier: Snapshot, later: Snapshot): boolean =>
  earlier.xmax <= later.xmax && !later.running.some((txid) => isVisible(earlier, txid));

/** Whether both see the same for certain. */
export const isSameSnapshot = (one: Snapshot, other: Snapshot): boolean =>
  !one.isStandby && !other.isStandby && one.xmax === other.xmax && isWithin(one, other) && isWithin(other, one);
