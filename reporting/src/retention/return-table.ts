/** Parameters and counts of returning visitors. */
import type { Filter } from '../query/resolved-query.js';
import type { Breakdown } from '../query-request/parse-breakdown.js';

export interface ReturnsParams {
  siteId: string;
  /** Period i is `[bounds[i], bounds[i + 1])`; together they make up the range. */
  bounds: Date[];
  /** Every event must match it. */
  filter?: Filter;
  /** The event that makes a visitor part of a cohort. */
  first?: Filter;
  /** The event that counts as a return. */
  returning?: Filter;
  /** Cohorts are split by its value at the first event. */
  breakdown?: Breakdown;
  /** Maximum number of breakdown values. */
  breakdownLimit: number;
}

/** Cohorts by the period of the first event. */
export interface ReturnTable {
  sizes: Uint32Array;
  /** Visitors of cohort c who returned in period p: index c * periods + p. */
  returned: Uint32Array;
}

export interface Returns {
  total: ReturnTable;
  /** Most visitors first, ties in byte order of the value, null last. */
  byValue: { value: string | null; table: ReturnTable }[];
}

export const emptyTable = (periods: number): ReturnTable => ({
  sizes: new Uint32Array(periods),
  returned: new Uint32Array(periods * periods),
});

function addTo(to: Uint32Array, from: Uint32Array): void {
  for (let at = 0; at < to.length; at += 1) to[at]! += from[at]!;
}

/** The tables must be of different visitors. */
export function addTables(periods: number, tables: ReturnTable[]): ReturnTable {
  const sum = emptyTable(periods);
  for (const { sizes, returned } of tables) {
    addTo(sum.sizes, sizes);
    addTo(sum.returned, returned);
  }
  return sum;
}
