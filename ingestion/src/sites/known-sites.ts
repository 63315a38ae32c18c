/** Site settings and visitor salts in memory, refreshed every few seconds; stale ones are used while the database is unreachable. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { defaultSettings, readSiteSettings, type SettingsBySite, type SiteSettings } from './site-settings.js';
import { keepSalts, type SaltsByDay } from './visitor-salts.js';

export interface KnownSites {
  /** Undefined until loaded for the first time. */
  settingsOf(siteId: string): SiteSettings | undefined;
  /** By days since 1970; undefined without a database, so visitors without an id are not identified. */
  salts(): SaltsByDay | undefined;
  /** Resolves after the first attempt, whether it succeeded or not. */
  firstAttempt: Promise<void>;
  close(): Promise<void>;
}

const defaultSites: KnownSites = {
  settingsOf: () => defaultSettings,
  salts: () => undefined,
  firstAttempt: Promise.resolve(),
  close: async () => {},
};

export interface RefreshIntervals {
  everyMs: number;
  /** After a failure. */
  retryAfterMs: number;
}

/** Changes of a site take effect within this time. */
const defaultIntervals: RefreshIntervals = { everyMs: 5_000, retryAfterMs: 1_000 };

/** Without a database, all sites have the default settings. */
export function openSites(url: string | undefined, logger: Logger, intervals?: RefreshIntervals): KnownSites {
  if (url === undefined) return defaultSites;
  const options = { max: 1, statementTimeoutMs: 5_000, applicationName: 'millrace-ingestion-sites' };
  return watchSites(createPool(url, logger, options), logger, intervals);
}

/** close() ends the pool. */
function watchSites(pool: Pool, logger: Logger, { everyMs, retryAfterMs } = defaultIntervals): KnownSites {
  const logError = createErrorLog(logger, 'cannot read the settings of sites; will retry');
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
      waitMs = retryAfterMs;
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
    firstAttempt: running,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
      await pool.end();
    },
  };
}
