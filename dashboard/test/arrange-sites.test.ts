import { describe, expect, it } from 'vitest';
import { arrangeSites, type SiteOverview } from '../src/sites/arrange-sites.ts';
import { readSitesView, writeSitesView } from '../src/sites/sites-view.ts';

const site = (site_id: string, rest: Partial<SiteOverview> = {}): SiteOverview => ({
  ...{ site_id, name: null, timezone: 'UTC', visitors_now: 0, visitors: 0, change: null, series: [] },
  ...rest,
});

const ids = (sites: SiteOverview[], search: string) =>
  arrangeSites(sites, readSitesView(search), 'en').shown.map(({ site_id }) => site_id);

describe('arrangeSites', () => {
  const sites = [
    site('b', { visitors: 5, change: -10, visitors_now: 2 }),
    site('c', { visitors: 50, change: null, name: 'Äpfel' }),
    site('a', { visitors: 5, change: 30 }),
  ];

  it('sorts by visitors, and ties by name', () => {
    expect(ids(sites, '')).toEqual(['c', 'a', 'b']);
  });

  it('sorts by each column in both directions, sites without a figure last', () => {
    expect(ids(sites, '?sort=name.asc')).toEqual(['a', 'c', 'b']);
    expect(ids(sites, '?sort=name.desc')).toEqual(['b', 'c', 'a']);
    expect(ids(sites, '?sort=visitors_now.desc')).toEqual(['b', 'a', 'c']);
    expect(ids(sites, '?sort=change.desc')).toEqual(['a', 'b', 'c']);
    expect(ids(sites, '?sort=change.asc')).toEqual(['b', 'a', 'c']);
  });

  it('finds sites by id and by name, in any case', () => {
    expect(ids(sites, '?search=%C3%84PF')).toEqual(['c']);
    expect(ids(sites, '?search=B')).toEqual(['b']);
  });

  it('shows a hundred at a time', () => {
    const many = Array.from({ length: 250 }, (_, at) => site(`s${at}`));
    const { shown, count } = arrangeSites(many, readSitesView('?page=3&sort=name.asc'), 'en');
    expect([shown.length, shown[0]!.site_id, count]).toEqual([50, 's200', 250]);
  });
});

describe('the address of the list', () => {
  it('omits defaults and keeps the other parameters of the address', () => {
    const view = { ...readSitesView(''), range: '30d', search: 'a&b', page: 2 } as const;
    const written = writeSitesView(view, '?theme=dark&sort=name.asc');
    expect(written).toBe('?theme=dark&range=30d&search=a%26b&page=2');
    expect(readSitesView(written)).toEqual(view);
    expect(writeSitesView(readSitesView(''), '?page=4')).toBe('');
  });

  it('ignores invalid values', () => {
    expect(readSitesView('?sort=__proto__.up&range=99y&page=-3')).toEqual(readSitesView(''));
  });
});
