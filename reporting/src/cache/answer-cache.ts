/** Caches answers for as long as they are valid. Each is computed once, in whichever process gets the first request. */

import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { dayMs } from '@millrace/shared/time/durations';
import { LRUCache } from 'lru-cache';
import type { AnswerStore, StoreSize } from './answer-store.js';
import type { CacheableQuery } from './cacheable-query.js';
import { bytesOf, type CachedAnswer, isAnswerTo, isNewer } from './cached-answer.js';
import { type ComputedAnswer, computeAnswer, type Reader, type ServedAnswer } from './compute-answer.js';
import { type AnswerCounts, type AnswerStatus, createAnswerCounter } from './count-answers.js';
import { guardStore } from './guard-store.js';
import { createComputations, isShareable, type RunningComputation, type Shareable } from './join-computation.js';
import { createLookup, type Lookup } from './lookup.js';
import { type Computed, type LockTimes, shareAnswer, lockTimes as standardTimes } from './share-answer.js';

export interface GetOptions {
  read: Reader;
  /** Aborted when the caller has left; without it, the computation runs to its end. */
  signal?: AbortSignal | undefined;
  /** How old an outdated answer may be. */
  maxStaleMs?: number | undefined;
  /** Stores even answers that are unlikely to be requested again, for callers that accept outdated ones. */
  storesAll?: boolean | undefined;
  /** Whether the caller already has the answer with that tag. */
  hasEtag?: ((etag: string) => boolean) | undefined;
}

export interface AnswerCache {
  /** Undefined if the caller already has the answer. */
  get(query: CacheableQuery, options: GetOptions): Promise<ServedAnswer | undefined>;
  readonly store: AnswerStore;
  /** Clears the memory of this process. */
  clear(): void;
  /** Of this process. */
  stats(): AnswerCounts & StoreSize & { maxBytes: number };
}

export interface CacheDependencies {
  /** For reads; may be a standby. */
  pool: Pool;
  store: AnswerStore;
  logger: Logger;
  telemetry: Telemetry;
  /** Of the memory of this process. */
  maxBytes: number;
  clock?: () => Date;
  lockTimes?: LockTimes;
}

/** Answers about a range in the past change only when events arrive late. */
const ttlMs = { over: 7 * dayMs, open: 600_000 };
/** Largest share of the memory for a single answer. */
const maxEntryShare = 1 / 4;

/** Weak, because `meta` differs from response to response. */
const etagOf = (name: string, version: string) => `W/"${name.slice(name.lastIndexOf(':') + 1)}.${version}"`;

const toServed = (name: string, answer: ComputedAnswer, status: AnswerStatus): ServedAnswer => ({
  ...answer,
  status,
  etag: answer.version && etagOf(name, answer.version),
});

export function createAnswerCache(deps: CacheDependencies): AnswerCache {
  const { pool, maxBytes, clock = () => new Date(), lockTimes = standardTimes } = deps;
  const store = guardStore(deps.store, deps.logger);
  const lookUp = createLookup(pool);
  const computations = createComputations(lockTimes.maxWaitMs);
  const memory = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes * maxEntryShare),
    sizeCalculation: bytesOf,
    ttl: ttlMs.over,
  });
  const counter = createAnswerCounter(deps.telemetry, () => memory.calculatedSize);

  /** Stores it for all processes, unless it is unlikely to be requested again. */
  async function save(
    { siteId }: CacheableQuery,
    lookup: Lookup,
    answer: CachedAnswer,
    isReusable: boolean,
  ): Promise<void> {
    const stored = memory.get(lookup.name);
    if (stored && isNewer(stored, answer)) return;
    memory.set(lookup.name, answer);
    if (!isReusable) return;
    const duration = lookup.span.to <= clock() ? ttlMs.over : ttlMs.open;
    await store.attempt((of) => of.put(siteId, lookup.name, answer, duration));
  }

  async function compute(
    query: CacheableQuery,
    lookup: Lookup,
    { read, maxStaleMs, storesAll = false }: GetOptions,
    stop: AbortSignal,
  ): Promise<Computed<ServedAnswer>> {
    counter.addComputation();
    const answer = await computeAnswer(lookup, read, stop, clock);
    const { version } = answer;
    const isReusable = !lookup.isTransient || storesAll || maxStaleMs !== undefined;
    const stored = version === undefined ? Promise.resolve() : save(query, lookup, { ...answer, version }, isReusable);
    return { answer: toServed(lookup.name, answer, 'miss'), stored };
  }

  async function fetch(
    query: CacheableQuery,
    lookup: Shareable,
    options: GetOptions,
    stop: AbortSignal,
    running: RunningComputation,
  ): Promise<ServedAnswer> {
    const computing = () => {
      running.startedAt = performance.now();
      return compute(query, lookup, options, stop);
    };
    if (lookup.isTransient) return (await computing()).answer;
    const waitLimit = { stop, until: running.requestedAt + lockTimes.maxWaitMs };
    const shared = await shareAnswer(store, { ...lookup, siteId: query.siteId }, computing, waitLimit, lockTimes);
    if (shared.kind === 'computed') return shared.answer;
    memory.set(lookup.name, shared.answer);
    return toServed(lookup.name, shared.answer, shared.hasWaited ? 'miss' : 'hit');
  }

  const share = (query: CacheableQuery, lookup: Shareable, options: GetOptions): Promise<ServedAnswer> =>
    computations.join(
      lookup,
      {
        share: (stop, running) => fetch(query, lookup, options, stop, running),
        compute: async (stop) => (await compute(query, lookup, options, stop)).answer,
      },
      options.signal,
    );

  /** The last answer to the query, unless it is older than the caller accepts. */
  async function findStale({ siteId }: CacheableQuery, { name, identity }: Lookup, { maxStaleMs }: GetOptions) {
    if (maxStaleMs === undefined) return undefined;
    const oldest = clock().getTime() - maxStaleMs;
    const isAcceptable = (answer: CachedAnswer | undefined) =>
      answer?.identity === identity && answer.computedAt >= oldest;
    const own = memory.get(name);
    if (isAcceptable(own)) return own;
    const sharedAnswer = await store.attempt((of) => of.newest(siteId, name));
    return isAcceptable(sharedAnswer) ? sharedAnswer : undefined;
  }

  async function answer(query: CacheableQuery, lookup: Lookup, options: GetOptions): Promise<ServedAnswer> {
    if (!isShareable(lookup)) {
      // An answer that must not be cached must not be shared either.
      return computations.runAlone(
        async (stop) => (await compute(query, lookup, options, stop)).answer,
        options.signal,
      );
    }
    const own = memory.get(lookup.name);
    if (own && isAnswerTo(lookup, own)) return toServed(lookup.name, own, 'hit');
    const stale = await findStale(query, lookup, options);
    if (!stale) return share(query, lookup, options);
    if (isAnswerTo(lookup, stale)) return toServed(lookup.name, stale, 'hit');
    // The error will surface in the next request.
    share(query, lookup, { ...options, signal: undefined }).catch(() => {});
    return toServed(lookup.name, stale, 'stale');
  }

  return {
    async get(query, options) {
      const lookup = await lookUp(query, options.signal);
      if (lookup.version !== undefined && options.hasEtag?.(etagOf(lookup.name, lookup.version))) {
        counter.add('hit');
        return undefined;
      }
      const served = await answer(query, lookup, options);
      counter.add(served.status);
      return served;
    },
    store: store.store,
    clear: () => memory.clear(),
    stats: () => ({ ...counter.counts, entries: memory.size, bytes: memory.calculatedSize, maxBytes }),
  };
}
