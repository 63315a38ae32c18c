/** Opens the sources that requests are checked against and enriched from: keys, site settings and the geo database. */
import { setTimeout as pause } from 'node:timers/promises';
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import type { Logger } from '@millrace/shared/platform/logger';
import { createPool } from '@millrace/shared/platform/postgres';
import type { Config } from './config.js';
import { createLocator, type Locator } from './enrich/locate.js';
import { type KnownSites, openSites } from './sites/known-sites.js';

export interface Lookups {
  /** Undefined: no key is required. */
  keys: KeyRing | undefined;
  sites: KnownSites;
  locator: Locator;
  close(): Promise<void>;
}

/** How long startup waits for the site settings. */
const settingsTimeoutMs = 1_000;

function openKeys({ DATABASE_URL }: Config, logger: Logger): KeyRing {
  const options = { max: 2, statementTimeoutMs: 5_000, applicationName: 'millrace-ingestion-keys' };
  const pool = createPool(DATABASE_URL as string, logger, options);
  const keys = createKeyRing(pool, logger);
  return {
    find: keys.find,
    async close() {
      await keys.close();
      await pool.end();
    },
  };
}

export async function openLookups(config: Config, logger: Logger): Promise<Lookups> {
  const keys = config.INGEST_AUTH === 'key' ? openKeys(config, logger) : undefined;
  const sites = openSites(config.DATABASE_URL, logger);
  const locator = await createLocator({ geoDb: config.GEO_DB, logger });
  // A page that sends right after startup should not be asked to retry, but a hung database must not block startup.
  await Promise.race([sites.firstAttempt, pause(settingsTimeoutMs, undefined, { ref: false })]);
  return {
    ...{ keys, sites, locator },
    async close() {
      locator.close();
      await Promise.all([keys?.close(), sites.close()]);
    },
  };
}
