/** Reads country, region and city from a geo record in any of the common formats. */
import { cleanText } from './clean-text.js';
import { countryCode } from './country-code.js';

export interface GeoPlace {
  /** ISO 3166-1 alpha-2. */
  country?: string;
  /** The English name of the first level below the country, such as `Bavaria`: not every database has the code. */
  region?: string;
  /** In English. */
  city?: string;
}

const MAX_NAME = 128;

/** What stands in `record` at the end of `path`, if anything does. */
function at(record: unknown, ...path: (string | number)[]): unknown {
  let value = record;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function nameOf(...values: unknown[]): string | undefined {
  const text = values.find((value) => typeof value === 'string' && value !== '' && value !== '-') as string | undefined;
  return text === undefined ? undefined : cleanText(text, MAX_NAME);
}

/**
 * `country.iso_code` in GeoLite2, DB-IP and IP2Location, `country_code` in IPinfo Lite and ip-location-db, `country` in older files of
 * IPinfo; where nobody lives, such as a satellite, the country that the address is registered in.
 */
function countryOf(record: unknown): string | undefined {
  return (
    countryCode(at(record, 'country', 'iso_code')) ??
    countryCode(at(record, 'country_code')) ??
    countryCode(at(record, 'country')) ??
    countryCode(at(record, 'registered_country', 'iso_code'))
  );
}

/** Absent is what the database does not say. A region or city without a country is not taken. */
export function readGeoRecord(record: unknown): GeoPlace {
  const country = countryOf(record);
  if (country === undefined) return {};
  const region = nameOf(at(record, 'subdivisions', 0, 'names', 'en'), at(record, 'region'), at(record, 'state1'));
  const city = nameOf(at(record, 'city', 'names', 'en'), at(record, 'city'));
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) };
}
