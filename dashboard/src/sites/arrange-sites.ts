/** Searches, sorts and paginates the list of sites. */
import type { SitesView } from './sites-view.ts';

export interface SiteOverview {
  site_id: string;
  name: string | null;
  timezone: string;
  visitors_now: number;
  visitors: number;
  /** In whole percent; null if the previous period had no visitors. */
  change: number | null;
  /** Visitors per hour, day or month of the range. */
  series: number[];
}

export const nameOfSite = ({ name, site_id }: Pick<SiteOverview, 'name' | 'site_id'>) => name ?? site_id;

export const sitesOfPage = 100;

function matches(site: SiteOverview, search: string, locale: string): boolean {
  const needle = search.trim().toLocaleLowerCase(locale);
  return [site.name ?? '', site.site_id].some((text) => text.toLocaleLowerCase(locale).includes(needle));
}

/** Sites without a figure come last in both directions; ties are sorted by name. */
function compare({ column, direction }: SitesView, locale: string) {
  const { compare: byText } = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
  const byName = (a: SiteOverview, b: SiteOverview) =>
    byText(nameOfSite(a), nameOfSite(b)) || byText(a.site_id, b.site_id);
  const sign = direction === 'asc' ? 1 : -1;
  return (a: SiteOverview, b: SiteOverview): number => {
    if (column === 'name') return sign * byName(a, b);
    const [left, right] = [a[column], b[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byName(a, b);
    return sign * (left - right) || byName(a, b);
  };
}

/** The matching sites of the current page, and the number of all matches. */
export function arrangeSites(
  sites: readonly SiteOverview[],
  view: SitesView,
  locale: string,
): { shown: SiteOverview[]; count: number } {
  const found = sites.filter((site) => matches(site, view.search, locale)).sort(compare(view, locale));
  const from = (view.page - 1) * sitesOfPage;
  return { shown: found.slice(from, from + sitesOfPage), count: found.length };
}
