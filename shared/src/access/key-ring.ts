/** Looks up API keys, mostly from memory, so that a slow database does not delay callers with a valid key. */
import { timingSafeEqual } from 'node:crypto';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { Pool } from '../platform/postgres.js';
import { createKeyCache, createKeyLookups, type FoundKey } from './key-lookups.js';
import { type Access, hashKey, looksLikeKey, touchKeys } from './keys.js';
import { createRateLimit, rateLimited } from './rate-limit.js';

export interface KeyRing {
  /**
   * Undefined for a key that is unknown, revoked or expired. Invalid keys are counted per `client`; after 60 in a minute its other
   * keys are refused unchecked, except cached valid ones, so that others behind the same address can continue.
   * A cached key never waits long for the database: while that is slow or unreachable, the cached result is used.
   * @throws ServiceError `rate_limited`; `database_unavailable` if too many requests with uncached keys are waiting; the
   * database's error if it is needed and unreachable.
   */
  find(key: string, client?: string): Promise<Access | undefined>;
  /** Saves when keys were last used, which otherwise happens once a minute. */
  close(): Promise<void>;
}

export interface KeyRingOptions {
  /** How long a cached result is used without asking the database: a revoked key stays valid for that long. */
  freshMs?: number;
  /** How long a cached key stays valid while the database is unreachable or hangs. */
  graceMs?: number;
  /** How long a cached key waits for the database before the cached result is used. */
  lookupTimeoutMs?: number;
  /** Pause after a failed lookup. */
  pauseMs?: number;
  now?: () => number;
}

const touchEveryMs = 60_000;
/** Invalid keys that one client may try. */
const failuresPerMinute = 60;

export function createKeyRing(pool: Pool, logger: Logger, options: KeyRingOptions = {}): KeyRing {
  const { freshMs = 20_000, graceMs = 600_000, lookupTimeoutMs = 500, pauseMs = 1_000, now = Date.now } = options;
  const used = new Map<string, Date>();
  const failures = createRateLimit(failuresPerMinute, 60);
  const cache = createKeyCache(freshMs, now);
  const lookups = createKeyLookups(pool, { cache, refuseGuesser, lookupTimeoutMs, pauseMs, now });
  const logError = createErrorLog(logger, 'could not save when keys were last used');

  async function touch(): Promise<void> {
    if (used.size === 0) return;
    const saving = new Map(used);
    used.clear();
    try {
      await touchKeys(pool, saving);
    } catch (error) {
      for (const [keyId, at] of saving) if (!used.has(keyId)) used.set(keyId, at);
      logError(error);
    }
  }
  const timer = setInterval(touch, touchEveryMs);
  timer.unref();

  async function refuseGuesser(client: string | undefined): Promise<void> {
    const wait = client === undefined ? undefined : await failures.waitOf(client);
    if (wait !== undefined) throw rateLimited('invalid keys', wait);
  }

  async function lookUp(text: string, client: string | undefined): Promise<FoundKey> {
    const hash = hashKey(text);
    const key = { id: hash.toString('base64'), hash, client };
    const fresh = cache.getFresh(key.id);
    if (fresh?.found) return fresh.found;
    const cached = cache.get(key.id);
    if (cached?.found && now() - cached.at < graceMs) return lookups.confirm(key, cached.found);
    if (!cached?.found) await refuseGuesser(client);
    return fresh ? undefined : lookups.find(key);
  }

  return {
    async find(key, client) {
      if (!looksLikeKey(key)) await refuseGuesser(client);
      const found = looksLikeKey(key) ? await lookUp(key, client) : undefined;
      // The index compares byte by byte; this comparison takes the same time however many bytes match.
      if (!found || !timingSafeEqual(found.hash, hashKey(key))) {
        if (client !== undefined) await failures.consume(client, 1);
        return undefined;
      }
      used.set(found.keyId, new Date(now()));
      const { hash: _hash, ...access } = found;
      return access;
    },
    async close() {
      clearInterval(timer);
      await touch();
    },
  };
}
