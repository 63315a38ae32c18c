import type { IncomingHttpHeaders } from 'node:http';
import { countryCode } from './country-code.js';

/**
 * The country that a proxy looked up, from the first header of `names` with one, such as `cf-ipcountry`, `x-vercel-ip-country`,
 * `cloudfront-viewer-country` or `x-country-code`, in any case. Undefined if there is none; `XX` and `T1` (unknown, Tor) do not
 * count. Only use it for requests from trusted proxies.
 */
export function countryOfHeaders(headers: IncomingHttpHeaders, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = headers[name.toLowerCase()];
    const country = typeof value === 'string' ? countryCode(value.trim()) : undefined;
    if (country !== undefined) return country;
  }
  return undefined;
}
