/** The country that a proxy in front looked up: only to be asked about requests of trusted ones. */
import type { IncomingHttpHeaders } from 'node:http';
import { countryCode } from './country-code.js';

/**
 * Of the first header of `names` that holds a country: `cf-ipcountry`, `x-vercel-ip-country`, `cloudfront-viewer-country`,
 * `x-country-code`, in any case. Undefined when none does; `XX` and `T1` (unknown, Tor) are no countries.
 */
export function countryOfHeaders(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name.toLowerCase()];
    const country = typeof value === 'string' ? countryCode(value.trim()) : undefined;
    if (country !== undefined) return country;
  }
  return undefined;
}
