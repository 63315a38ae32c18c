/** The query behind the details of a tab: all values, more metrics, and the sort order and search from the address. */
import { countryName, languageName } from '../format.ts';
import { chosenGoal } from '../goals.ts';
import type { Tab } from '../panels/panel.ts';
import { filtersOf } from '../panels/panel-queries.ts';
import type { Query } from '../query-client.ts';
import { changeView, view } from '../view.ts';

export const pageSize = 100;
export type Direction = 'asc' | 'desc';

const ofVisits = ['visits', 'bounce_rate', 'visit_duration'];

/** Events that belong to no visit have no meaningful visit duration. */
export function detailMetrics({ metrics, isOfBots }: Tab): string[] {
  if (isOfBots) return ['events', 'views', 'visitors'];
  if (typeof chosenGoal.value !== 'string') return ['visitors', 'events', 'visits'];
  const counts = ['visitors', metrics.includes('events') ? 'events' : 'views'];
  return [...counts, ...(metrics.includes('events') ? ['visits'] : ofVisits)];
}

/** The sort key from the address; a leading minus means descending. */
export function detailOrder(tab: Tab): [key: string, direction: Direction] {
  const { sort = '' } = view.value.tabs;
  const key = sort.replace(/^-/, '');
  const isKnown = key === tab.dimension || detailMetrics(tab).includes(key);
  if (!isKnown) return [detailMetrics(tab)[0]!, 'desc'];
  return [key, sort.startsWith('-') ? 'desc' : 'asc'];
}

/** The first click on a metric sorts descending, on the values ascending. */
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

/** Some values are codes, but people search by name. */
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

/** With a goal chosen, counts the visitors who converted. */
function countedFilters(tab: Tab): unknown[] {
  const goal = chosenGoal.value;
  if (typeof goal === 'string' || tab.isOfBots) return filtersOf(tab);
  return [...goal.filters, ...(tab.isSet ? [['is_set', tab.dimension]] : [])];
}

/** All rows; each page adds a limit and an offset. */
export const detailsQuery = (tab: Tab): Query & { filters: unknown[]; dimensions: string[] } => ({
  metrics: detailMetrics(tab),
  dimensions: [tab.dimension],
  filters: [...countedFilters(tab), ...searchFilters(tab)],
  order_by: [detailOrder(tab)],
});
