/** Looks up keys in the database, with a bounded number of waiting requests. */
import { setTimeout as after } from 'node:timers/promises';
import { ServiceError } from '../platform/errors.js';
import type { Pool } from '../platform/postgres.js';
import { createSlots } from '../platform/slots.js';
import { type Access, findKey } from './keys.js';

/** Undefined: there is no such key. */
export type FoundKey = (Access & { hash: Buffer }) | undefined;

/** A key as sent with a request. */
export interface RequestKey {
  /** The hash as text. */
  id: string;
  hash: Buffer;
  /** The sender, for which invalid keys are counted. */
  client: string | undefined;
}

/** Results of lookups, including negative ones. */
export interface KeyCache {
  get(id: string): { found: FoundKey; at: number } | undefined;
  /** Undefined for results that are too old to be used without a lookup. */
  getFresh(id: string): { found: FoundKey } | undefined;
  set(id: string, found: FoundKey): void;
}

export interface KeyLookups {
  /** @throws ServiceError `database_unavailable` if too many requests are waiting; the database's error. */
  find(key: RequestKey): Promise<FoundKey>;
  /** Looks up a cached key again; returns `cached` if that fails or takes too long. */
  confirm(key: RequestKey, cached: FoundKey): Promise<FoundKey>;
}

export interface KeyLookupOptions {
  cache: KeyCache;
  /** Throws for a client that has sent too many invalid keys; called before each lookup of an uncached key. */
  refuseGuesser: (client: string | undefined) => Promise<void>;
  /** How long a cached key waits for its lookup. */
  lookupTimeoutMs: number;
  /** Pause after a failed lookup. */
  pauseMs: number;
  now: () => number;
}

/** Limits the memory that guessed keys take; beyond it, the oldest are dropped. */
const maxCached = 10_000;
/** A client must not be able to start thousands of lookups before the first of them fails. */
const maxConcurrentLookups = 8;
/** Requests that may wait for the database, because each takes memory; further ones are refused. */
const maxWaiting = 500;

export function createKeyCache(freshMs: number, now: () => number): KeyCache {
  const results = new Map<string, { found: FoundKey; at: number }>();
  return {
    get: (id) => results.get(id),
    getFresh(id) {
      const cached = results.get(id);
      return cached && now() - cached.at < freshMs ? cached : undefined;
    },
    set(id, found) {
      results.delete(id);
      results.set(id, { found, at: now() });
      if (results.size > maxCached) results.delete(results.keys().next().value as string);
    },
  };
}

/** Looks up one key. For `pauseMs` after a failure, fails at once with the same error. */
function createQuery(pool: Pool, { cache, pauseMs, now }: KeyLookupOptions) {
  let failure: { error: unknown; at: number } | undefined;
  const lastFailure = () => (failure && now() - failure.at < pauseMs ? failure : undefined);
  async function query({ id, hash }: RequestKey): Promise<FoundKey> {
    const failed = lastFailure();
    if (failed) throw failed.error;
    try {
      const found = await findKey(pool, hash);
      cache.set(id, found);
      return found;
    } catch (error) {
      failure = { error, at: now() };
      throw error;
    }
  }
  return { query, hasFailed: () => lastFailure() !== undefined };
}

interface RunningLookup {
  result: Promise<FoundKey>;
  timeout: Promise<void>;
}

/** Requests with the same key share a lookup. For an uncached key each client has its own, because a client may be refused. */
function createSharedLookups(query: (key: RequestKey) => Promise<FoundKey>, options: KeyLookupOptions) {
  const { cache, refuseGuesser, lookupTimeoutMs } = options;
  const slots = createSlots(maxConcurrentLookups);
  const running = new Map<string, RunningLookup>();

  /** Checks cache and client again, since both may have changed while waiting for a slot. */
  async function run(key: RequestKey): Promise<FoundKey> {
    const fresh = cache.getFresh(key.id);
    if (fresh) return fresh.found;
    if (!cache.get(key.id)?.found) await refuseGuesser(key.client);
    return query(key);
  }

  return (key: RequestKey): RunningLookup => {
    const lookupId = cache.get(key.id)?.found ? key.id : `${key.id} ${key.client ?? ''}`;
    const existing = running.get(lookupId);
    if (existing) return existing;
    const result = slots.run(() => run(key)).finally(() => running.delete(lookupId));
    // After the timeout, callers no longer handle a rejection.
    result.catch(() => {});
    const lookup = { result, timeout: after(lookupTimeoutMs, undefined, { ref: false }) };
    running.set(lookupId, lookup);
    return lookup;
  };
}

export function createKeyLookups(pool: Pool, options: KeyLookupOptions): KeyLookups {
  const { query, hasFailed } = createQuery(pool, options);
  const lookUp = createSharedLookups(query, options);
  let waiting = 0;
  return {
    async find(key) {
      if (waiting >= maxWaiting) {
        const message =
          'The database is not responding, and too many requests are waiting for it to check their keys. Retry later.';
        throw new ServiceError('database_unavailable', message);
      }
      waiting += 1;
      try {
        return await lookUp(key).result;
      } finally {
        waiting -= 1;
      }
    },
    async confirm(key, cached) {
      if (hasFailed()) return cached;
      try {
        const { result, timeout } = lookUp(key);
        return await Promise.race([result, timeout.then(() => cached)]);
      } catch {
        return cached;
      }
    },
  };
}
