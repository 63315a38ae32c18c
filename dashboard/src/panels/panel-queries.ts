/** What panels ask about their tabs. */
import type { Goal } from '../goals.ts';
import type { Query, Scope } from '../query-client.ts';
import { address } from '../router.ts';
import { comparison, scope } from '../scope.ts';
import type { Tab } from './panel.ts';

/** Every panel has as many places for rows, so that nothing moves when they come. */
export const rowsShown = 9;
/** More than there are countries: the map shows them all. */
const mapRowLimit = 300;
const limitOf = ({ part }: Tab) => (part === 'map' ? mapRowLimit : rowsShown);

/** Among so many values with most visitors those of the rows are looked for first. */
const visitorsRowLimit = 500;

/** The batch that a tab is asked in. Bots are another selection of events, and properties may have very many values: neither holds up the rest. */
export const laneOf = ({ isOfBots, part }: Tab): string =>
  isOfBots ? 'bots' : part === 'properties' ? 'properties' : 'panels';

export const scopeOf = ({ isOfBots }: Tab): Scope | undefined =>
  isOfBots && scope.value ? { ...scope.value, include_bots: true } : scope.value;

export const filtersOf = ({ dimension, filters = [], isSet }: Tab): unknown[] => [
  ...filters,
  ...(isSet ? [['is_set', dimension]] : []),
];

/** Rows say how they have changed where the reader has chosen what to compare with; unasked, that would be too much. */
const rowComparison = () => (new URLSearchParams(address.value.search).has('compare') ? comparison.value : {});

/** With the share of all visitors behind the metrics of the tab, where it is about visitors. */
export const rowsQuery = (tab: Tab): Query => ({
  metrics: tab.metrics[0] === 'visitors' ? [...tab.metrics, 'share'] : [...tab.metrics],
  dimensions: [tab.dimension],
  filters: filtersOf(tab),
  order_by: [[tab.metrics[0]!, 'desc']],
  limit: limitOf(tab),
  include: rowComparison(),
});

/** Only what rows without a value would say nothing about is left out: a goal has an event type of its own. */
const goalFilters = ({ dimension, isSet, clickFilters }: Tab) => (isSet || clickFilters ? [['is_set', dimension]] : []);

/**
 * Conversions of a value are the different visitors who did an event of the goal that has this value, in the range and with the
 * filters of the page. Their rate is that number in percent of the different visitors with any event that has this value, in the
 * same range and with the same filters. So it is never above 100 %, and rates of several values do not add up.
 */
export const conversionsQuery = (tab: Tab, goal: Goal): Query => ({
  metrics: ['visitors'],
  dimensions: [tab.dimension],
  filters: [...goal.filters, ...goalFilters(tab)],
  order_by: [['visitors', 'desc']],
  limit: limitOf(tab),
  include: rowComparison(),
});

export const visitorsQuery = (tab: Tab, values?: (string | null)[]): Query => ({
  metrics: ['visitors'],
  dimensions: [tab.dimension],
  filters: [...goalFilters(tab), ...(values ? [['is', tab.dimension, values]] : [])],
  order_by: [['visitors', 'desc']],
  limit: visitorsRowLimit,
});
