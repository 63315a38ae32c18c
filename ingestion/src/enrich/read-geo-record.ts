import { cleanText } from './clean-text.js';
import { countryCode } from './country-code.js';

export interface GeoPlace {
  /** ISO 3166-1 alpha-2. */
  country?: string;
  /** English name of the first-level subdivision, such as `Bavaria`. Not its code, which some databases lack. */
  region?: string;
  /** In English. */
  city?: string;
}

const MAX_NAME = 128;

/** The value at `path` in `record`; undefined if there is none. */
function valueAt(record: unknown, ...path: (string | number)[]): unknown {
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
 * IPinfo. Addresses without a location, such as satellite links, have the country in which they are registered.
 */
function countryOf(record: unknown): string | undefined {
  return (
    countryCode(valueAt(record, 'country', 'iso_code')) ??
    countryCode(valueAt(record, 'country_code')) ??
    countryCode(valueAt(record, 'country')) ??
    countryCode(valueAt(record, 'registered_country', 'iso_code'))
  );
}

/** Reads a record of any common format. Unknown fields are absent; region and city are ignored without a country. */
export function readGeoRecord(record: unknown): GeoPlace {
  const country = countryOf(record);
  if (country === undefined) return {};
  const region = nameOf(
    valueAt(record, 'subdivisions', 0, 'names', 'en'),
    valueAt(record, 'region'),
    valueAt(record, 'state1'),
  );
  const city = nameOf(valueAt(record, 'city', 'names', 'en'), valueAt(record, 'city'));
  return { country, ...(region === undefined ? {} : { region }), ...(city === undefined ? {} : { city }) };
}
