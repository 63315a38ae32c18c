/** What details ask: all values of a tab with more figures, in the order and with the search that the address has. */
import { countryName, languageName } from '../format.ts';
import { chosenGoal } from '../goals.ts';
import type { Tab } from '../panels/panel.ts';
import { filtersOf } from '../panels/panel-queries.ts';
import type { Query } from '../query-client.ts';
import { changeView, view } from '../view.ts';

export const pageSize = 100;
export type Direction = 'asc' | 'desc';

const ofVisits = ['visits', 'bounce_rate', 'visit_duration'];

/** Of events that no visit is made of, how long visits are says nothing. */
export function detailMetrics({ metrics, isOfBots }: Tab): string[] {
  if (isOfBots) return ['events', 'views', 'visitors'];
  if (typeof chosenGoal.value !== 'string') return ['visitors', 'events', 'visits'];
  const counts = ['visitors', metrics.includes('events') ? 'events' : 'views'];
  return [...counts, ...(metrics.includes('events') ? ['visits'] : ofVisits)];
}

/** Name of what rows are ordered by, behind a minus where the largest comes first. */
export function detailOrder(tab: Tab): [key: string, direction: Direction] {
  const { sort = '' } = view.value.tabs;
  const key = sort.replace(/^-/, '');
  const isKnown = key === tab.dimension || detailMetrics(tab).includes(key);
  if (!isKnown) return [detailMetrics(tab)[0]!, 'desc'];
  return [key, sort.startsWith('-') ? 'desc' : 'asc'];
}

/** A first click on a figure puts the largest first, on the values their beginning. */
export function orderBy(tab: Tab, key: string): void {
  const [current, direction] = detailOrder(tab);
  const first = key === tab.dimension ? 'asc' : 'desc';
  const next = key !== current ? first : direction === 'asc' ? 'desc' : 'asc';
  changeView({ tabs: { ...view.value.tabs, sort: `${next === 'desc' ? '-' : ''}${key}` } }, { replace: true });
}

export function searchFor(text: string): void {
  const { search: _earlier, ...tabs } = view.value.tabs;
  changeView({ tabs: text === '' ? tabs : { ...tabs, search: text } }, { replace: true });
}

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const pairs = letters.flatMap((first) => letters.map((second) => first + second));

/** Values are codes where people read names. */
function codesByName(dimension: string, text: string): string[] {
  const needle = text.toLocaleLowerCase();
  const isCalled = (name: string, code: string) => name !== code && name.toLocaleLowerCase().includes(needle);
  if (dimension.endsWith('country')) return pairs.filter((code) => isCalled(countryName(code), code));
  if (!dimension.endsWith('language')) return [];
  return pairs.map((code) => code.toLowerCase()).filter((code) => isCalled(languageName(code), code));
}

function searchFilters({ dimension }: Tab): unknown[] {
  const { search } = view.value.tabs;
  if (!search) return [];
  const contains = ['contains', dimension, [search], { case_sensitive: false }];
  const codes = codesByName(dimension, search);
  return [codes.length === 0 ? contains : ['or', [contains, ['starts_with', dimension, codes]]]];
}

/** Of a goal the visitors who did it count. */
function countedFilters(tab: Tab): unknown[] {
  const goal = chosenGoal.value;
  if (typeof goal === 'string' || tab.isOfBots) return filtersOf(tab);
  return [...goal.filters, ...(tab.isSet ? [['is_set', tab.dimension]] : [])];
}

/** All rows; a page of them is this with a limit. */
export const detailsQuery = (tab: Tab): Query & { filters: unknown[]; dimensions: string[] } => ({
  metrics: detailMetrics(tab),
  dimensions: [tab.dimension],
  filters: [...countedFilters(tab), ...searchFilters(tab)],
  order_by: [detailOrder(tab)],
});
