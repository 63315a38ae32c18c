/** What is asked of visitors who come again, and how their numbers are kept. */
import type { Filter } from '../query/resolved-query.js';
import type { Breakdown } from '../query-request/parse-breakdown.js';

export interface ReturnsParams {
  siteId: string;
  /** Period i is `[bounds[i], bounds[i + 1])`; together they are the range. */
  bounds: Date[];
  /** What every event must match. */
  filter?: Filter;
  /** What makes a visitor part of a cohort. */
  first?: Filter;
  /** What a visitor comes again for. */
  returning?: Filter;
  /** The cohorts are told apart by its value at the first event. */
  breakdown?: Breakdown;
  /** Values of the breakdown at most. */
  breakdownLimit: number;
}

/** Cohorts by the period of the first event. */
export interface ReturnTable {
  sizes: Uint32Array;
  /** Visitors of cohort c who returned in period p: place c * periods + p. */
  returned: Uint32Array;
}

export interface Returns {
  whole: ReturnTable;
  /** Most visitors first, ties by the bytes of the value, no value last. */
  ofValues: { value: string | null; table: ReturnTable }[];
}

export const emptyTable = (periods: number): ReturnTable => ({
  sizes: new Uint32Array(periods),
  returned: new Uint32Array(periods * periods),
});

function addTo(to: Uint32Array, from: Uint32Array): void {
  for (let at = 0; at < to.length; at += 1) to[at]! += from[at]!;
}

/** Of different visitors. */
export function addTables(periods: number, tables: ReturnTable[]): ReturnTable {
  const sum = emptyTable(periods);
  for (const { sizes, returned } of tables) {
    addTo(sum.sizes, sizes);
    addTo(sum.returned, returned);
  }
  return sum;
}
