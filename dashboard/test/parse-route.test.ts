import { describe, expect, it } from 'vitest';
import { parseRoute, type Route } from '../src/parse-route.ts';

describe('parseRoute', () => {
  it.each<[string, Route]>([
    ['', { page: 'sites' }],
    ['shop', { page: 'site', siteId: 'shop' }],
    ['shop/', { page: 'site', siteId: 'shop' }],
    ['shop/funnels', { page: 'funnels', siteId: 'shop' }],
    ['shop/nothing', { page: 'unknown', siteId: 'shop' }],
    ['sites/operator/retention', { page: 'retention', siteId: 'operator' }],
    ['operator', { page: 'operator' }],
    ['share/abc', { page: 'site', slug: 'abc' }],
    ['share/abc/journeys', { page: 'journeys', slug: 'abc' }],
    ['caf%C3%A9%2Fbar', { page: 'site', siteId: 'café/bar' }],
  ])('reads %s', (path, place) => {
    expect(parseRoute(path)).toEqual(place);
  });

  it('keeps what cannot be decoded', () => {
    expect(parseRoute('100%')).toEqual({ page: 'site', siteId: '100%' });
    expect(parseRoute('%E0%A4%A/settings')).toEqual({ page: 'settings', siteId: '%E0%A4%A' });
    expect(parseRoute('share/%')).toEqual({ page: 'site', slug: '%' });
  });
});
