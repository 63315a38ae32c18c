/** Recognises keys, mostly from memory, so that a slow database does not slow those who are known. */
import { timingSafeEqual } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { ServiceError } from '../errors.js';
import { createErrorLog, type Logger } from '../logger.js';
import type { Pool } from '../postgres.js';
import { createSlots } from '../slots.js';
import { type Access, findKey, hashKey, looksLikeKey, touchKeys } from './keys.js';
import { createRateLimit, tooMuch } from './rate-limit.js';

export interface KeyRing {
  /**
   * Undefined for a key that is not known, revoked or expired. Wrong keys are counted for `client`, and beyond 60 in a minute its
   * further keys are refused unseen, except those that were good before: neighbours behind one address go on.
   * A known key never waits long for the database: while it is slow or silent, the key is believed.
   * @throws ServiceError `rate_limited`, `database_unavailable` when too many unknown keys wait already, and what the database says
   * when it is needed and unreachable.
   */
  find(key: string, client?: string): Promise<Access | undefined>;
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
/** Beyond so many, running and waiting, unknown keys are refused: each keeps its request in memory. */
const lookUpsAtMost = 500;

interface LookUp {
  answer: Promise<Known['found']>;
  /** Resolves when those who need not wait have waited long enough. */
  patience: Promise<void>;
}

export function createKeyRing(pool: Pool, logger: Logger, options: KeyRingOptions = {}): KeyRing {
  const { freshMs = 20_000, graceMs = 600_000, patienceMs = 500, pauseMs = 1_000, now = Date.now } = options;
  const known = new Map<string, Known>();
  const used = new Set<string>();
  const failures = createRateLimit(failuresPerMinute, 60);
  const slots = createSlots(lookUpsAtOnce);
  const lookUps = new Map<string, LookUp>();
  let failure: { error: unknown; at: number } | undefined;
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

  const lastFailure = () => (failure && now() - failure.at < pauseMs ? failure : undefined);

  async function ask(name: string, hash: Buffer): Promise<Known['found']> {
    const failed = lastFailure();
    if (failed) throw failed.error;
    try {
      const found = await findKey(pool, hash);
      remember(name, { found, at: now() });
      return found;
    } catch (error) {
      failure = { error, at: now() };
      throw error;
    }
  }

  async function refuseGuesser(client: string | undefined): Promise<void> {
    const wait = client === undefined ? undefined : await failures.waitOf(client);
    if (wait !== undefined) throw tooMuch('wrong keys', wait);
  }

  /** Asks once it is this key's turn and its client may still guess. */
  async function takeTurn(name: string, hash: Buffer, client: string | undefined): Promise<Known['found']> {
    const meanwhile = freshAnswer(name);
    if (meanwhile) return meanwhile.found;
    if (!known.get(name)?.found) await refuseGuesser(client);
    return ask(name, hash);
  }

  /** One look-up for all requests that want the same; for an unknown key each client has its own, since it may be refused. */
  function lookUp(name: string, hash: Buffer, client: string | undefined): LookUp {
    const id = known.get(name)?.found ? name : `${name} ${client ?? ''}`;
    const running = lookUps.get(id);
    if (running) return running;
    if (lookUps.size >= lookUpsAtMost) {
      const message =
        'The database does not answer, and too many requests wait for it to recognise their keys. Retry later.';
      throw new ServiceError('database_unavailable', message);
    }
    const answer = slots.run(() => takeTurn(name, hash, client)).finally(() => lookUps.delete(id));
    // Those who believed the key meanwhile no longer listen.
    answer.catch(() => {});
    const started = { answer, patience: after(patienceMs, undefined, { ref: false }) };
    lookUps.set(id, started);
    return started;
  }

  /** What the database says of a known key, or what it said before when it takes too long or fails. */
  async function confirm(believed: Known['found'], name: string, hash: Buffer): Promise<Known['found']> {
    if (lastFailure()) return believed;
    try {
      const { answer, patience } = lookUp(name, hash, undefined);
      return await Promise.race([answer, patience.then(() => believed)]);
    } catch {
      return believed;
    }
  }

  /** From memory, or from the database. */
  async function recognise(key: string, client: string | undefined): Promise<Known['found']> {
    const hash = hashKey(key);
    const name = hash.toString('base64');
    const answer = freshAnswer(name);
    if (answer?.found) return answer.found;
    const before = known.get(name);
    if (before?.found && now() - before.at < graceMs) return confirm(before.found, name, hash);
    if (!before?.found) await refuseGuesser(client);
    return answer ? undefined : lookUp(name, hash, client).answer;
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
