/** The state of the list of sites, which is stored in the address. */
export const sitesRanges = ['day', '7d', '30d'] as const;
export type SitesRange = (typeof sitesRanges)[number];

export const sitesColumns = ['name', 'visitors_now', 'visitors', 'change'] as const;
export type SitesColumn = (typeof sitesColumns)[number];
export type Direction = 'asc' | 'desc';

export interface SitesView {
  range: SitesRange;
  column: SitesColumn;
  direction: Direction;
  search: string;
  /** Starts at 1. */
  page: number;
}

/** Names start ascending, figures descending. */
export const firstDirection = (column: SitesColumn): Direction => (column === 'name' ? 'asc' : 'desc');

const defaults: SitesView = { range: '7d', column: 'visitors', direction: 'desc', search: '', page: 1 };

export function readSitesView(search: string): SitesView {
  const parameters = new URLSearchParams(search);
  const [column, direction] = (parameters.get('sort') ?? '').split('.');
  return {
    range: sitesRanges.find((name) => name === parameters.get('range')) ?? defaults.range,
    column: sitesColumns.find((name) => name === column) ?? defaults.column,
    direction: direction === 'asc' ? 'asc' : defaults.direction,
    search: parameters.get('search') ?? '',
    page: Math.max(1, Number.parseInt(parameters.get('page') ?? '', 10) || 1),
  };
}

/** Replaces the parameters of this list and keeps all others. */
export function writeSitesView(view: SitesView, currentSearch: string): string {
  const parameters = new URLSearchParams(currentSearch);
  const { range, column, direction, search, page } = view;
  const isDefaultOrder = column === defaults.column && direction === defaults.direction;
  const own = {
    range: range === defaults.range ? '' : range,
    sort: isDefaultOrder ? '' : `${column}.${direction}`,
    search,
    page: page === 1 ? '' : String(page),
  };
  for (const [name, value] of Object.entries(own)) {
    if (value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
