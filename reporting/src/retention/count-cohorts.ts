import type { VisitorSet } from '@millrace/shared/bitmap/bitmap';
import { ratio } from '../query/page-rows.js';

export interface Cohort {
  /** First day of the period. */
  cohort: string;
  /** Visitors whose very first event is in the period. */
  size: number;
  /** How many of them were active in the period itself, in the next one, and so on. */
  retained: number[];
  /** The same in percent of `size`, two decimals; null if `size` is 0. */
  percent: (number | null)[];
}

/** `before` is the set of all earlier visitors; it is extended with those of each period. The other sets stay unchanged. */
export function countCohorts(labels: string[], before: VisitorSet, periods: VisitorSet[]): Cohort[] {
  return labels.map((label, index) => {
    const active = periods[index]!;
    const cohort = active.without(before);
    before.addAll(active);
    const { size } = cohort;
    const retained = periods.slice(index).map((later) => cohort.intersectionSize(later));
    cohort.dispose();
    return { cohort: label, size, retained, percent: retained.map((count) => ratio(100 * count, size)) };
  });
}
