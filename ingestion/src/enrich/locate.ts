/** Where visitors are: looked up when they come, so that no address has to be kept. */

import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { createRequire } from 'node:module';
import { normalizeAddress } from '@millrace/shared/access/normalize-address';
import type { Logger } from '@millrace/shared/platform/logger';
import { type GeoFile, openGeoFile } from './open-geo-file.js';
import type { GeoPlace } from './read-geo-record.js';
import { timezoneCountry } from './timezone-country.js';

export interface LocatorOptions {
  /** Path of an MMDB file with countries or cities; without it the bundled data are used. */
  geoDb?: string | undefined;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** How often the file is looked at for changes. */
  checkEveryMs?: number;
}

export interface Locator {
  /**
   * @param address in any spelling; one that is mapped into IPv6 counts as IPv4
   * @param timezone of the browser, whose country is the answer where the address tells none
   */
  locate(address: string, timezone?: string): GeoPlace;
  /** Stops looking at the file. */
  close(): void;
}

/**
 * Country data of June 2026 with IPv4 and IPv6, 8 MB: CC0, made of data of the regional registries (CC BY 4.0 by the NRO). Its
 * makers know of mistakes in it, and npm gets no newer one: a default, right in some 97 of 100 cases.
 */
const BUNDLED = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/**
 * Networks that are nowhere, or everywhere (RFC 6890): of this host, private, link-local, of carriers' NAT; databases make mistakes
 * with them. Expressions, since a BlockList takes 20 times as long.
 */
const LOCAL_IPV4 =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
const LOCAL_IPV6 = /^(?:::1?$|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/;

const NOWHERE: GeoPlace = Object.freeze({});
const findNothing: GeoFile = () => NOWHERE;

/** Keeps what was there when the file cannot be read, and says so once, until it can be read again. */
function createReload(path: string, logger: LocatorOptions['logger'], use: (file: GeoFile) => void) {
  let newest = 0;
  let complained = false;
  return async () => {
    const own = ++newest;
    try {
      const file = await openGeoFile(path);
      // Another change came meanwhile, and its reading has begun.
      if (own !== newest) return;
      use(file);
      logger.info({ path }, 'read the geo database');
      complained = false;
    } catch (err) {
      if (own !== newest || complained) return;
      logger.warn({ err, path }, 'the geo database cannot be read; going on with what was there before');
      complained = true;
    }
  };
}

async function openBundled(logger: LocatorOptions['logger']): Promise<GeoFile> {
  try {
    return await openGeoFile(createRequire(import.meta.url).resolve(BUNDLED));
  } catch (err) {
    logger.warn({ err }, 'the bundled geo data cannot be read; countries come from time zones');
    return findNothing;
  }
}

/**
 * Opens `geoDb`, or the bundled data as long as `geoDb` is not set or cannot be read. A file that is replaced
 * or written again is read again within `checkEveryMs`; the modification time has to change.
 */
export async function createLocator({ geoDb, logger, checkEveryMs = 30_000 }: LocatorOptions): Promise<Locator> {
  let find: GeoFile | undefined;
  let close = () => {};
  if (geoDb !== undefined) {
    const reload = createReload(geoDb, logger, (file) => {
      find = file;
    });
    const look = (now: Stats, before: Stats) => {
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size || now.ino !== before.ino) void reload();
    };
    // Watched before it is read, so that no change falls in between. Asking again and again also works on mounted folders.
    watchFile(geoDb, { interval: checkEveryMs, persistent: false }, look);
    close = () => unwatchFile(geoDb, look);
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

/** @param address IPv6 as RFC 5952 writes it */
const isLocal = (address: string) => LOCAL_IPV4.test(address) || LOCAL_IPV6.test(address);
