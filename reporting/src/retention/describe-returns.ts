/** Describes counted returns: each cohort in percent, and the total of all cohorts. */
import { ratio } from '../query/page-rows.js';
import type { Returns, ReturnTable } from './return-table.js';

export interface ReturningCohort {
  /** First day of the period. */
  cohort: string;
  size: number;
  /** In the period itself, in the next one, and so on. */
  returned: number[];
  /** The same in percent of `size`, two decimals; null if `size` is 0. */
  percent: (number | null)[];
}

/** Index k is about the periods k after those of the cohorts, and only complete ones. */
export interface ReturnTotals {
  size: number;
  /** Visitors of the cohorts that have such a period. */
  sizes: number[];
  returned: number[];
  percent: (number | null)[];
}

export interface ShownPeriod {
  /** First day. */
  period: string;
  /** False if the range contains only a part of it, or if it has not ended yet. */
  complete: boolean;
}

function cohortsOf({ sizes, returned }: ReturnTable, periods: ShownPeriod[]): ReturningCohort[] {
  return periods.map(({ period: cohort }, index) => {
    const size = sizes[index]!;
    const row = [...returned.subarray(index * periods.length + index, (index + 1) * periods.length)];
    return { cohort, size, returned: row, percent: row.map((count) => ratio(100 * count, size)) };
  });
}

/** Weighted by cohort size, so that each visitor counts once. */
function totalOf(cohorts: ReturningCohort[], periods: ShownPeriod[]): ReturnTotals {
  const counted = periods.map((_, later) =>
    cohorts.filter((_cohort, index) => periods[index + later]?.complete === true),
  );
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const sizes = counted.map((list) => sum(list.map(({ size }) => size)));
  const returned = counted.map((list, later) => sum(list.map((cohort) => cohort.returned[later]!)));
  return {
    size: sum(cohorts.map(({ size }) => size)),
    sizes,
    returned,
    percent: returned.map((count, later) => ratio(100 * count, sizes[later]!)),
  };
}

function describeTable(table: ReturnTable, periods: ShownPeriod[]) {
  const cohorts = cohortsOf(table, periods);
  return { cohorts, total: totalOf(cohorts, periods) };
}

export const describeReturns = ({ total, byValue }: Returns, periods: ShownPeriod[], withValues: boolean) => ({
  periods,
  ...describeTable(total, periods),
  ...(withValues && {
    breakdown: byValue.map(({ value, table }) => ({ value, ...describeTable(table, periods) })),
  }),
});
