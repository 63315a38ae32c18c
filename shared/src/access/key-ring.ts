/** Turns the text of a key into who it stands for, mostly from memory. */
import { timingSafeEqual } from 'node:crypto';
import { createErrorLog, type Logger } from '../logger.js';
import type { Pool } from '../postgres.js';
import { createSlots } from '../slots.js';
import { type Access, findKey, hashKey, looksLikeKey, touchKeys } from './keys.js';
import { createRateLimit, tooMuch } from './rate-limit.js';

export interface KeyRing {
  /**
   * Undefined for a key that is not known, revoked or expired. Wrong keys are counted for `client`, and beyond 60 in a minute its
   * further keys are refused unseen, except those that were good before: neighbours behind one address go on.
   * @throws ServiceError `rate_limited`, and what the database says when it is needed and unreachable.
   */
  find(key: string, client?: string): Promise<Access | undefined>;
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
/** Wrong keys that one client may try. */
const failuresPerMinute = 60;
/** So that a client cannot start thousands of look-ups before the first of them has failed. */
const lookUpsAtOnce = 8;

export function createKeyRing(pool: Pool, logger: Logger, options: KeyRingOptions = {}): KeyRing {
  const { freshMs = 20_000, graceMs = 600_000, now = Date.now } = options;
  const known = new Map<string, Known>();
  const used = new Set<string>();
  const failures = createRateLimit(failuresPerMinute, 60);
  const lookUps = createSlots(lookUpsAtOnce);
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

  const freshAnswer = (name: string) => {
    const before = known.get(name);
    return before && now() - before.at < freshMs ? before : undefined;
  };

  async function ask(name: string, hash: Buffer): Promise<Known['found']> {
    const before = known.get(name);
    try {
      const found = await findKey(pool, hash);
      remember(name, { found, at: now() });
      return found;
    } catch (error) {
      if (before?.found && now() - before.at < graceMs) return before.found;
      throw error;
    }
  }

  async function refuseGuesser(client: string | undefined): Promise<void> {
    const wait = client === undefined ? undefined : await failures.waitOf(client);
    if (wait !== undefined) throw tooMuch('wrong keys', wait);
  }

  /** From memory, or from the database once it is this key's turn and its client may still guess. */
  async function recognise(key: string, client: string | undefined): Promise<Known['found']> {
    const hash = hashKey(key);
    const name = hash.toString('base64');
    const answer = freshAnswer(name);
    if (answer?.found) return answer.found;
    if (!known.get(name)?.found) await refuseGuesser(client);
    if (answer) return undefined;
    return lookUps.run(async () => {
      const meanwhile = freshAnswer(name);
      if (meanwhile) return meanwhile.found;
      if (!known.get(name)?.found) await refuseGuesser(client);
      return ask(name, hash);
    });
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
