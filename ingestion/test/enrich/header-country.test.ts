import { describe, expect, it } from 'vitest';
import { countryOfHeaders } from '../../src/enrich/header-country.ts';

const names = ['CF-IPCountry', 'x-vercel-ip-country', 'cloudfront-viewer-country', 'x-country-code'];

describe('countryOfHeaders', () => {
  it.each([
    [{ 'cf-ipcountry': 'DE' }, 'DE'],
    [{ 'x-vercel-ip-country': ' de ' }, 'DE'],
    [{ 'cloudfront-viewer-country': 'FR', 'x-country-code': 'IT' }, 'FR'],
    [{ 'cf-ipcountry': 'XX', 'x-country-code': 'IT' }, 'IT'],
    [{ 'cf-ipcountry': 'XK' }, 'XK'],
  ])('returns the first header with a country: %j', (headers, country) => {
    expect(countryOfHeaders(headers, names)).toBe(country);
  });

  it.each(['XX', 'T1', 'EU', 'ZZ', 'A1', 'DEU', 'D', '', 'D E', 'DE, FR', 'DE\u0000', '__', 'ſs', '١٢'])(
    'does not accept %j as a country',
    (value) => {
      expect(countryOfHeaders({ 'cf-ipcountry': value }, names)).toBeUndefined();
    },
  );

  it('reads only the configured headers', () => {
    expect(countryOfHeaders({ 'x-country': 'DE', 'cf-ipcountry': 'FR' }, ['x-country-code'])).toBeUndefined();
  });
});
