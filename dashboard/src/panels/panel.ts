/** What a panel is: lists of the values of a dimension, one of them shown at a time. */
import type { Filter } from '../view.ts';

export interface Tab {
  /** In the address, and of the text that names it. */
  name: string;
  dimension: string;
  /** What rows are ordered by and measured in; the first is drawn as a bar. */
  metrics: readonly string[];
  /** Which events count. */
  filters?: readonly unknown[];
  /** Rows that have no value are left out. */
  isSet?: boolean;
  /** A row says only together with these which events it is about, so that its click filters by them, too. */
  clickFilters?: readonly Filter[];
  /** Tabs of one group are one button, named for the group, with a chooser beside it. */
  group?: string;
  /** The dimension shown instead where the page is filtered to one value of this one. */
  versions?: string;
  /** Events of bots count, which they do nowhere else. */
  isOfBots?: boolean;
  /** Drawn by a part of its own. */
  part?: 'map' | 'goals' | 'properties';
}

export interface Panel {
  /** In the address, and of the text that names it. */
  name: string;
  tabs: readonly [Tab, ...Tab[]];
  /** Name of the tab that is shown until one is chosen; the first one when absent. */
  firstTab?: () => string;
}

export const ofType = (type: string): Filter[] => [['is', 'event_type', [type]]];
