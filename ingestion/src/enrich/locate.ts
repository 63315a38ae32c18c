/** Looks up the location of visitors when their events arrive, so that no IP address needs to be stored. */

import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { createRequire } from 'node:module';
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import type { Logger } from '@millrace/shared/platform/logger';
import { type GeoFile, openGeoFile } from './open-geo-file.js';
import type { GeoPlace } from './read-geo-record.js';
import { timezoneCountry } from './timezone-country.js';

export interface LocatorOptions {
  /** Path of an MMDB file with countries or cities; default: bundled country data. */
  geoDb?: string | undefined;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** How often the file is checked for changes. */
  checkEveryMs?: number;
}

export interface Locator {
  /**
   * @param address in any notation, including IPv4-mapped IPv6
   * @param timezone of the browser, used if the address has no country
   */
  locate(address: string, timezone?: string): GeoPlace;
  /** Stops watching the file. */
  close(): void;
}

/**
 * Country data of June 2026 for IPv4 and IPv6, 8 MB: CC0, from data of the regional registries (CC BY 4.0 by the NRO). It has known
 * errors and is no longer updated on npm; as a default, it is correct for about 97 %.
 */
const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Networks without a location (RFC 6890): this host, private, link-local and carrier-grade NAT, for which databases contain errors.
 * Regular expressions, since a BlockList takes 20 times as long.
 */
const LOCAL_IPV4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const LOCAL_IPV6 = /^(?:::1?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

const NOWHERE: GeoPlace = Object.freeze({});
const findNothing: GeoFile = () => NOWHERE;

/** Keeps the previous data if the file is unreadable, and logs this once until it is readable again. */
function createReload(path: string, logger: LocatorOptions['logger'], use: (file: GeoFile) => void) {
  let newest = 0;
  let hasLogged = false;
  return async () => {
    const own = ++newest;
    try {
      const file = await openGeoFile(path);
      // The file has changed again meanwhile and is already being read.
      if (own !== newest) return;
      use(file);
      logger.info({ path }, 'read the geo database');
      hasLogged = false;
    } catch (err) {
      if (own !== newest || hasLogged) return;
      logger.warn({ err, path }, 'the geo database is unreadable; keeping the previous data');
      hasLogged = true;
    }
  };
}

async function openBundled(logger: LocatorOptions['logger']): Promise<GeoFile> {
  try {
    return await openGeoFile(createRequire(import.meta.url).resolve(BUNDLED));
  } catch (err) {
    logger.warn({ err }, 'the bundled geo data is unreadable; countries come from time zones');
    return findNothing;
  }
}

/**
 * Opens `geoDb`, or the bundled data if it is not set or unreadable. A changed file is reloaded within `checkEveryMs`; changes are
 * detected by modification time.
 */
export async function createLocator({ geoDb, logger, checkEveryMs = 30_000 }: LocatorOptions): Promise<Locator> {
  let find: GeoFile | undefined;
  let close = () => {};
  if (geoDb !== undefined) {
    const reload = createReload(geoDb, logger, (file) => {
      find = file;
    });
    const onChange = (now: Stats, before: Stats) => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) void reload();
    };
    // Watched before it is read, so that no change is missed. Polling also works for mounted folders.
    watchFile(geoDb, { interval: checkEveryMs, persistent: false }, onChange);
    close = () => unwatchFile(geoDb, onChange);
    await reload();
  }
  find ??= await openBundled(logger);
  return { close, locate: (address, timezone) => locate(find ?? findNothing, address, timezone) };
}

function locate(find: GeoFile, given: string, timezone: string | undefined): GeoPlace {
  const address = normalizeAddress(given);
  const place = address === null || isLocal(address) ? NOWHERE : find(address);
  if (place.country !== undefined || timezone === undefined) return place;
  const country = timezoneCountry(timezone);
  return country === undefined ? NOWHERE : { country };
}

/** @param address IPv6 in the form of RFC 5952 */
const isLocal = (address: string) => LOCAL_IPV4.test(address) || LOCAL_IPV6.test(address);
