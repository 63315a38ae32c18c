/** Opens what ingestion knows of those who send: their keys, the settings of their sites, and where their visitors are. */
import { setTimeout as pause } from 'node:timers/promises';
import type { KeyRing } from '@millrace/shared/access/key-ring';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Config } from './config.js';
import { createLocator, type Locator } from './enrich/locate.js';
import { openKeys } from './open-keys.js';
import { type KnownSites, openSites } from './sites/known-sites.js';

export interface Knowledge {
  /** Undefined: no key is needed. */
  keys: KeyRing | undefined;
  sites: KnownSites;
  locator: Locator;
  close(): Promise<void>;
}

/** For the settings of sites, before the first request is taken. */
const patienceMs = 1_000;

export async function openKnowledge(config: Config, logger: Logger): Promise<Knowledge> {
  const keys = config.INGEST_AUTH === 'key' ? openKeys(config, logger) : undefined;
  const sites = openSites(config.DATABASE_URL, logger);
  const locator = await createLocator({ geoDb: config.GEO_DB, logger });
  // A page that sends at once should not be told to come back; a database that hangs keeps nobody waiting.
  await Promise.race([sites.asked, pause(patienceMs, undefined, { ref: false })]);
  return {
    ...{ keys, sites, locator },
    async close() {
      locator.close();
      await Promise.all([keys?.close(), sites.close()]);
    },
  };
}
