/** The current view: range, comparison, filters, tabs. All of it is in the address, so Back, bookmarks and links work. */
import { computed } from '@preact/signals';
import { address, navigate, type Route, siteUrl } from './router.ts';
import { type Filter, isSame, readView, type View, writeView } from './view-address.ts';

export type { Filter, Interval, Operator } from './view-address.ts';

export const view = computed(() => readView(address.value.search));

type ViewChange = { [Name in keyof View]?: View[Name] | undefined };

/** This page with a changed view. */
export const viewUrl = (change: ViewChange): string =>
  location.pathname + writeView({ ...view.value, ...change } as View, address.value.search);

/** Another page of a site, with the current range and filters. */
export function pageUrl(siteId: string, page: Route['page']): string {
  const { shape: _shape, saved: _saved, details: _details, ...kept } = view.value;
  return siteUrl(siteId, page, writeView(kept, address.value.search));
}

export const changeView = (change: ViewChange, options?: { replace?: boolean }) => navigate(viewUrl(change), options);

/** Skips filters that are already active, and closes the details. */
export function addFilters(added: readonly Filter[]): void {
  const { filters } = view.value;
  const missing = added.filter((filter) => !filters.some((other) => isSame(other, filter)));
  const { sort: _sort, search: _search, ...tabs } = view.value.tabs;
  if (missing.length > 0) changeView({ filters: [...filters, ...missing], details: undefined, tabs });
}

export const removeFilter = (filter: Filter) =>
  changeView({ filters: view.value.filters.filter((other) => !isSame(other, filter)) });

export function replaceFilter(earlier: Filter, filter: Filter): void {
  const others = view.value.filters.filter((other) => isSame(other, earlier) || !isSame(other, filter));
  changeView({ filters: others.map((other) => (isSame(other, earlier) ? filter : other)) });
}

/** Includes the saved segment. */
export function clearFilters(): void {
  if (view.value.filters.length > 0 || view.value.segment) changeView({ filters: [], segment: undefined });
}
