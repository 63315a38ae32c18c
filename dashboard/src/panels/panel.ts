/** A panel lists the values of a dimension, one tab at a time. */
import type { Filter } from '../view.ts';

export interface Tab {
  /** Used in the address and in the name of its text. */
  name: string;
  dimension: string;
  /** Rows are sorted by the first one, which is also drawn as a bar. */
  metrics: readonly string[];
  /** Which events are counted. */
  filters?: readonly unknown[];
  /** Excludes rows without a value. */
  isSet?: boolean;
  /** Further filters that a click on a row adds, where the value alone does not say which events it is about. */
  clickFilters?: readonly Filter[];
  /** Tabs of a group share one button with a menu. */
  group?: string;
  /** The dimension shown instead once the page is filtered by a single value of this one. */
  versions?: string;
  /** Includes events of bots, which are excluded everywhere else. */
  isOfBots?: boolean;
  /** Rendered by a special component instead of a list. */
  part?: 'map' | 'goals' | 'properties';
}

export interface Panel {
  /** Used in the address and in the name of its text. */
  name: string;
  tabs: readonly [Tab, ...Tab[]];
  /** The tab shown until one is chosen; defaults to the first. */
  firstTab?: () => string;
}

export const ofType = (type: string): Filter[] => [['is', 'event_type', [type]]];
