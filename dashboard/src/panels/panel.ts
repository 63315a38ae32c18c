/** What a panel is: lists of the values of a dimension, one of them shown at a time. */
import type { Filter } from '../view.ts';

export interface Tab {
  /** In the address, and of the text that names it. */
  name: string;
  dimension: string;
  /** What rows are ordered by and measured in; the first is drawn as a bar. */
  metrics: readonly string[];
  /** Which events count. */
  filters?: readonly Filter[];
  /** Rows that have no value are left out. */
  isSet?: boolean;
}

export interface Panel {
  /** In the address, and of the text that names it. */
  name: string;
  tabs: readonly [Tab, ...Tab[]];
}
