/** What ingestion knows of sites and days: it goes on with what it has while the database is unreachable. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { defaultSettings, readSiteSettings, type SettingsBySite, type SiteSettings } from './site-settings.js';
import { keepSalts, type SaltsByDay } from './visitor-salts.js';

export interface KnownSites {
  /** Undefined until the database has been asked once. */
  settingsOf(siteId: string): SiteSettings | undefined;
  /** By days since 1970; undefined where there is no database, and so no visitor without an id. */
  salts(): SaltsByDay | undefined;
  /** Resolves once the database has been asked, whether it answered or not. */
  asked: Promise<void>;
  close(): Promise<void>;
}

const defaultSites: KnownSites = {
  settingsOf: () => defaultSettings,
  salts: () => undefined,
  asked: Promise.resolve(),
  close: async () => {},
};

export interface Rhythm {
  everyMs: number;
  /** After a failure. */
  againAfterMs: number;
}

/** A change of a site holds within this time. */
const defaultRhythm: Rhythm = { everyMs: 5_000, againAfterMs: 1_000 };

/** Without a database every site has the default settings. */
export function openSites(url: string | undefined, logger: Logger, rhythm?: Rhythm): KnownSites {
  if (url === undefined) return defaultSites;
  const options = { max: 1, statementTimeoutMs: 5_000, applicationName: 'millrace-ingestion-sites' };
  return watchSites(createPool(url, logger, options), logger, rhythm);
}

/** Closing ends the pool. */
function watchSites(pool: Pool, logger: Logger, { everyMs, againAfterMs } = defaultRhythm): KnownSites {
  const logError = createErrorLog(logger, 'cannot read the settings of sites; trying again');
  let settings: SettingsBySite | undefined;
  let salts: SaltsByDay = new Map();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function refresh(): Promise<void> {
    let waitMs = everyMs;
    try {
      settings = await readSiteSettings(pool);
      salts = await keepSalts(pool);
    } catch (error) {
      if (!isClosed) logError(error);
      waitMs = againAfterMs;
    }
    if (!isClosed) timer = setTimeout(start, waitMs);
  }
  let running = refresh();
  function start(): void {
    running = refresh();
  }
  return {
    settingsOf: (siteId) => settings && (settings.get(siteId) ?? defaultSettings),
    salts: () => salts,
    asked: running,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
      await pool.end();
    },
  };
}
