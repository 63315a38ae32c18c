import { getAllTimezones } from 'countries-and-timezones';

/** Zones of whole regions, which the tz database has merged with the zone of one city. */
const continental: ReadonlySet<string> = new Set(['CET', 'EET', 'EST', 'HST', 'MET', 'MST', 'WET']);

/**
 * All names of the tz database, including old ones. A zone's first country is that of the city in its name: `Europe/Berlin` is DE
 * although Stockholm has the same time, and `Europe/Stockholm` is SE although it is now only a link to Berlin.
 */
const countries: ReadonlyMap<string, string> = new Map(
  Object.values(getAllTimezones({ deprecated: true }))
    .filter(({ name, countries: [first] }) => first !== undefined && !continental.has(name))
    .map(({ name, countries }) => [name, countries[0]!]),
);

/** @param timezone an IANA name as sent by browsers; undefined for `UTC` and unknown zones */
export const timezoneCountry = (timezone: string): string | undefined => countries.get(timezone);
