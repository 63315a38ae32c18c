/** What is looked at: range, comparison, filters, tabs. All of it is in the address, so that Back, bookmarks and links to colleagues work. */
import { computed } from '@preact/signals';
import { address, navigate, type Route, siteUrl } from './router.ts';
import { type Filter, isSame, readView, type View, writeView } from './view-address.ts';

export type { Filter, Interval, Operator } from './view-address.ts';

export const view = computed(() => readView(address.value.search));

type ViewChange = { [Name in keyof View]?: View[Name] | undefined };

/** The address of this page with another view. */
export const viewUrl = (change: ViewChange): string =>
  location.pathname + writeView({ ...view.value, ...change } as View, address.value.search);

/** The address of a page of a site, with the range and filters of the present one. */
export function pageUrl(siteId: string, page: Route['page']): string {
  const { shape: _shape, saved: _saved, details: _details, ...kept } = view.value;
  return siteUrl(siteId, page, writeView(kept, address.value.search));
}

export const changeView = (change: ViewChange, options?: { replace?: boolean }) => navigate(viewUrl(change), options);

/** Filters that are in force already are not added again; details close. */
export function addFilters(added: readonly Filter[]): void {
  const { filters } = view.value;
  const missing = added.filter((filter) => !filters.some((other) => isSame(other, filter)));
  const { sort: _sort, search: _search, ...tabs } = view.value.tabs;
  if (missing.length > 0) changeView({ filters: [...filters, ...missing], details: undefined, tabs });
}

export const removeFilter = (filter: Filter) =>
  changeView({ filters: view.value.filters.filter((other) => !isSame(other, filter)) });

/** Puts a filter in the place of another. */
export function replaceFilter(earlier: Filter, filter: Filter): void {
  const others = view.value.filters.filter((other) => isSame(other, earlier) || !isSame(other, filter));
  changeView({ filters: others.map((other) => (isSame(other, earlier) ? filter : other)) });
}

/** Lifts all filters, those of a saved segment included. */
export function clearFilters(): void {
  if (view.value.filters.length > 0 || view.value.segment) changeView({ filters: [], segment: undefined });
}
