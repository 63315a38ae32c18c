import { getAllTimezones } from 'countries-and-timezones';

/** Zones of half a continent, which only look as if they were a city's since the tz database merged them with one. */
const continental: ReadonlySet<string> = new Set(['CET', 'EET', 'EST', 'HST', 'MET', 'MST', 'WET']);

/**
 * The package has the names of the tz database, old ones too, and first of all countries of a zone the one that it is named in:
 * `Europe/Berlin` is DE, though Stockholm's clocks agree, and `Europe/Stockholm` SE, though it is only a link to Berlin by now.
 */
const countries: ReadonlyMap<string, string> = new Map(
  Object.values(getAllTimezones({ deprecated: true }))
    .filter(({ name, countries: [first] }) => first !== undefined && !continental.has(name))
    .map(({ name, countries }) => [name, countries[0]!]),
);

/** @param timezone an IANA name as sent by browsers; undefined for `UTC` and unknown zones */
export const timezoneCountry = (timezone: string): string | undefined => countries.get(timezone);
