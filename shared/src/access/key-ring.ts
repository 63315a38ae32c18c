/** Turns the text of a key into who it stands for, mostly from memory. */
import { timingSafeEqual } from 'node:crypto';
import { createErrorLog, type Logger } from '../logger.js';
import type { Pool } from '../postgres.js';
import { type Access, findKey, hashKey, looksLikeKey, touchKeys } from './keys.js';

export interface KeyRing {
  /** Undefined for a key that is not known, revoked or expired. @throws what the database says when it is needed and away. */
  find(key: string): Promise<Access | undefined>;
  close(): Promise<void>;
}

export interface KeyRingOptions {
  /** How long an answer of the database holds: a revoked key is good for that much longer. */
  freshMs?: number;
  /** How long a known key is believed while the database is away. */
  graceMs?: number;
  now?: () => number;
}

interface Known {
  /** Undefined: there was no such key. */
  found: (Access & { hash: Buffer }) | undefined;
  at: number;
}

/** Guessed keys cost memory up to here, then the oldest are forgotten. */
const maxKnown = 10_000;
const touchEveryMs = 60_000;

export function createKeyRing(pool: Pool, logger: Logger, options: KeyRingOptions = {}): KeyRing {
  const { freshMs = 20_000, graceMs = 600_000, now = Date.now } = options;
  const known = new Map<string, Known>();
  const used = new Set<string>();
  const logError = createErrorLog(logger, 'could not note when keys were used');

  async function touch(): Promise<void> {
    if (used.size === 0) return;
    const ids = [...used];
    used.clear();
    await touchKeys(pool, ids).catch(logError);
  }
  const timer = setInterval(touch, touchEveryMs);
  timer.unref();

  function remember(name: string, entry: Known): void {
    known.delete(name);
    known.set(name, entry);
    if (known.size > maxKnown) known.delete(known.keys().next().value as string);
  }

  async function ask(name: string, hash: Buffer): Promise<Known['found']> {
    const before = known.get(name);
    if (before && now() - before.at < freshMs) return before.found;
    try {
      const found = await findKey(pool, hash);
      remember(name, { found, at: now() });
      return found;
    } catch (error) {
      if (before?.found && now() - before.at < graceMs) return before.found;
      throw error;
    }
  }

  return {
    async find(key) {
      if (!looksLikeKey(key)) return undefined;
      const hash = hashKey(key);
      const found = await ask(hash.toString('base64'), hash);
      // The index compares bytes one by one; this comparison does not tell how many agreed.
      if (!found || !timingSafeEqual(found.hash, hash)) return undefined;
      used.add(found.keyId);
      const { hash: _hash, ...access } = found;
      return access;
    },
    async close() {
      clearInterval(timer);
      await touch();
    },
  };
}
