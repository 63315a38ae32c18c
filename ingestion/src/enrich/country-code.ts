import { getAllCountries } from 'countries-and-timezones';

/** XK is not in ISO 3166, but used everywhere for Kosovo. BV, Bouvet Island, has no time zone, so the package lacks it. */
const codes: ReadonlySet<string> = new Set([...Object.keys(getAllCountries({ deprecated: true })), 'XK', 'BV']);

/** Returns an ISO 3166-1 alpha-2 code in upper case; undefined for anything else, such as `XX`, `T1`, `EU` and names. */
export function countryCode(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z]{2}$/.test(value)) return undefined;
  const code = value.toUpperCase();
  return codes.has(code) ? code : undefined;
}
