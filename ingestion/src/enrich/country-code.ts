import { getAllCountries } from 'countries-and-timezones';

/** Kosovo has no code in ISO 3166 but this one everywhere; Bouvet Island has no time zone, for which the package leaves it out. */
const codes: ReadonlySet<string> = new Set([...Object.keys(getAllCountries({ deprecated: true })), 'XK', 'BV']);

/** The ISO 3166-1 alpha-2 code that `value` is, in upper case; undefined for everything else, such as `XX`, `T1`, `EU` and names. */
export function countryCode(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z]{2}$/.test(value)) return undefined;
  const code = value.toUpperCase();
  return codes.has(code) ? code : undefined;
}
