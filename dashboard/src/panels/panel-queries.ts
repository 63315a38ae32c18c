import type { Goal } from '../goals.ts';
import type { Query, Scope } from '../query-client.ts';
import { address } from '../router.ts';
import { comparison, scope } from '../scope.ts';
import type { Tab } from './panel.ts';

/** Every panel reserves space for the same number of rows, so that nothing moves when they arrive. */
export const rowsShown = 9;
/** More than there are countries: the map shows all of them. */
const mapRowLimit = 300;
const limitOf = ({ part }: Tab) => (part === 'map' ? mapRowLimit : rowsShown);

/** The visitors of this many top values are requested first; they usually include those of all rows. */
const visitorsRowLimit = 500;

/**
 * The batch of a tab. Bots select other events, and properties may have very many values: neither should delay the other panels.
 */
export const laneOf = ({ isOfBots, part }: Tab): string =>
  isOfBots ? 'bots' : part === 'properties' ? 'properties' : 'panels';

export const scopeOf = ({ isOfBots }: Tab): Scope | undefined =>
  isOfBots && scope.value ? { ...scope.value, include_bots: true } : scope.value;

export const filtersOf = ({ dimension, filters = [], isSet }: Tab): unknown[] => [
  ...filters,
  ...(isSet ? [['is_set', dimension]] : []),
];

/** Rows show changes only if the user chose a comparison; by default that would be too much. */
const rowComparison = () => (new URLSearchParams(address.value.search).has('compare') ? comparison.value : {});

/** Adds the share of all visitors to the tab's metrics if the tab counts visitors. */
export const rowsQuery = (tab: Tab): Query => ({
  metrics: tab.metrics[0] === 'visitors' ? [...tab.metrics, 'share'] : [...tab.metrics],
  dimensions: [tab.dimension],
  filters: filtersOf(tab),
  order_by: [[tab.metrics[0]!, 'desc']],
  limit: limitOf(tab),
  include: rowComparison(),
});

/**
 * Excludes rows without a value only where they would be meaningless. The tab's own filters do not apply, since a goal has an
 * event type of its own.
 */
const goalFilters = ({ dimension, isSet, clickFilters }: Tab) => (isSet || clickFilters ? [['is_set', dimension]] : []);

/**
 * Conversions of a value are the unique visitors who triggered an event of the goal that has this value, in the range and with
 * the filters of the page. Their rate is that number in percent of the unique visitors with any event that has this value, in
 * the same range and with the same filters. So it never exceeds 100 %, and the rates of several values do not add up.
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
