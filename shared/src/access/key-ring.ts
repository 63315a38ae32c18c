/** Recognises keys, mostly from memory, so that a slow database does not slow those who are known. */
import { timingSafeEqual } from 'node:crypto';
import { createErrorLog, type Logger } from '../platform/logger.js';
import type { Pool } from '../platform/postgres.js';
import { type Access, hashKey, looksLikeKey, touchKeys } from './keys.js';
import { createKnownKeys, createLookUps, type Found } from './look-ups.js';
import { createRateLimit, tooMuch } from './rate-limit.js';

export interface KeyRing {
  /**
   * Undefined for a key that is not known, revoked or expired. Wrong keys are counted for `client`, and beyond 60 in a minute its
   * further keys are refused unseen, except those that were good before: neighbours behind one address go on.
   * A known key never waits long for the database: while it is slow or silent, the key is believed.
   * @throws ServiceError `rate_limited`, `database_unavailable` when too many requests with unknown keys wait already, and what the database says
   * when it is needed and unreachable.
   */
  find(key: string, client?: string): Promise<Access | undefined>;
  /** Notes the last uses, which is done once a minute until then. */
  close(): Promise<void>;
}

export interface KeyRingOptions {
  /** How long an answer of the database holds: a revoked key is good for that much longer, and until the next answer. */
  freshMs?: number;
  /** How long a known key is believed while the database is unreachable or silent. */
  graceMs?: number;
  /** How long a known key waits for the database before it is believed. */
  patienceMs?: number;
  /** After a failure the database is left alone for so long. */
  pauseMs?: number;
  now?: () => number;
}

const touchEveryMs = 60_000;
/** Wrong keys that one client may try. */
const failuresPerMinute = 60;

export function createKeyRing(pool: Pool, logger: Logger, options: KeyRingOptions = {}): KeyRing {
  const { freshMs = 20_000, graceMs = 600_000, patienceMs = 500, pauseMs = 1_000, now = Date.now } = options;
  const used = new Map<string, Date>();
  const failures = createRateLimit(failuresPerMinute, 60);
  const known = createKnownKeys(freshMs, now);
  const lookUps = createLookUps(pool, { known, refuseGuesser, patienceMs, pauseMs, now });
  const logError = createErrorLog(logger, 'could not note when keys were used');

  async function touch(): Promise<void> {
    if (used.size === 0) return;
    const noted = new Map(used);
    used.clear();
    try {
      await touchKeys(pool, noted);
    } catch (error) {
      for (const [keyId, at] of noted) if (!used.has(keyId)) used.set(keyId, at);
      logError(error);
    }
  }
  const timer = setInterval(touch, touchEveryMs);
  timer.unref();

  async function refuseGuesser(client: string | undefined): Promise<void> {
    const wait = client === undefined ? undefined : await failures.waitOf(client);
    if (wait !== undefined) throw tooMuch('wrong keys', wait);
  }

  /** From memory, or from the database. */
  async function recognise(text: string, client: string | undefined): Promise<Found> {
    const hash = hashKey(text);
    const key = { name: hash.toString('base64'), hash, client };
    const fresh = known.fresh(key.name);
    if (fresh?.found) return fresh.found;
    const before = known.get(key.name);
    if (before?.found && now() - before.at < graceMs) return lookUps.confirm(key, before.found);
    if (!before?.found) await refuseGuesser(client);
    return fresh ? undefined : lookUps.find(key);
  }

  return {
    async find(key, client) {
      if (!looksLikeKey(key)) await refuseGuesser(client);
      const found = looksLikeKey(key) ? await recognise(key, client) : undefined;
      // The index compares bytes one by one; this comparison does not tell how many agreed.
      if (!found || !timingSafeEqual(found.hash, hashKey(key))) {
        if (client !== undefined) await failures.take(client, 1);
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
