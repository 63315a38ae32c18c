/** Caches answers for as long as they are right. Each is computed once, by whichever process is asked first. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { LRUCache } from 'lru-cache';
import type { AnswerStore, StoreSize } from './answer-store.js';
import type { Question } from './cacheable-query.js';
import { bytesOf, isAnswerTo, isNewer, type KeptAnswer } from './cached-answer.js';
import { type ComputedAnswer, computeAnswer, type GivenAnswer, type Reader } from './compute-answer.js';
import { type AnswerCounts, type AnswerStatus, createAnswerCounter } from './count-answers.js';
import { guardStore } from './guard-store.js';
import { createJoining, type Flying, isShareable, type Shareable } from './join-computation.js';
import { createLookUp, type LookedUp } from './lookup.js';
import { type Computed, type LockTimes, shareAnswer, lockTimes as standardTimes } from './share-answer.js';

export interface AskOptions {
  read: Reader;
  /** Aborted when the caller has left; without it, the computation runs to its end. */
  gone?: AbortSignal | undefined;
  /** How old an outdated answer may be. */
  maxStaleMs?: number | undefined;
  /** Stores even answers that are unlikely to be requested again, for callers that accept outdated ones. */
  keepsAll?: boolean | undefined;
  /** Whether the caller already has the answer with that tag. */
  isKnown?: ((etag: string) => boolean) | undefined;
}

export interface AnswerCache {
  /** Undefined if the caller already has the answer. */
  ask(question: Question, options: AskOptions): Promise<GivenAnswer | undefined>;
  readonly store: AnswerStore;
  /** Clears the memory of this process. */
  forget(): void;
  /** Of this process. */
  figures(): AnswerCounts & StoreSize & { maxBytes: number };
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

const dayMs = 86_400_000;
/** Answers about a range in the past change only when events arrive late. */
const keepMs = { over: 7 * dayMs, open: 600_000 };
/** Largest share of the memory for a single answer. */
const largestPart = 1 / 4;

/** Weak, because `meta` differs from response to response. */
const tagOf = (name: string, version: string) => `W/"${name.slice(name.lastIndexOf(':') + 1)}.${version}"`;

const give = (name: string, answer: ComputedAnswer, status: AnswerStatus): GivenAnswer => ({
  ...answer,
  status,
  etag: answer.version && tagOf(name, answer.version),
});

export function createAnswerCache(deps: CacheDependencies): AnswerCache {
  const { pool, maxBytes, clock = () => new Date(), lockTimes = standardTimes } = deps;
  const store = guardStore(deps.store, deps.logger);
  const lookUp = createLookUp(pool);
  const joining = createJoining(lockTimes.patienceMs);
  const memory = new LRUCache<string, KeptAnswer>({
    maxSize: maxBytes,
    maxEntrySize: Math.ceil(maxBytes * largestPart),
    sizeCalculation: bytesOf,
    ttl: keepMs.over,
  });
  const counter = createAnswerCounter(deps.telemetry, () => memory.calculatedSize);

  /** Stores it for all processes, unless it is unlikely to be requested again. */
  async function keep({ siteId }: Question, found: LookedUp, answer: KeptAnswer, isWanted: boolean): Promise<void> {
    const held = memory.get(found.name);
    if (held && isNewer(held, answer)) return;
    memory.set(found.name, answer);
    if (!isWanted) return;
    const duration = found.span.to <= clock() ? keepMs.over : keepMs.open;
    await store.attempt((of) => of.put(siteId, found.name, answer, duration));
  }

  async function compute(
    question: Question,
    found: LookedUp,
    { read, maxStaleMs, keepsAll = false }: AskOptions,
    stop: AbortSignal,
  ): Promise<Computed<GivenAnswer>> {
    counter.addComputation();
    const answer = await computeAnswer(found, read, stop, clock);
    const { version } = answer;
    const isWanted = !found.isMomentary || keepsAll || maxStaleMs !== undefined;
    const kept = version === undefined ? Promise.resolve() : keep(question, found, { ...answer, version }, isWanted);
    return { answer: give(found.name, answer, 'miss'), kept };
  }

  async function fetch(
    question: Question,
    found: Shareable,
    options: AskOptions,
    stop: AbortSignal,
    flying: Flying,
  ): Promise<GivenAnswer> {
    const computing = () => {
      flying.startedAt = performance.now();
      return compute(question, found, options, stop);
    };
    if (found.isMomentary) return (await computing()).answer;
    const patience = { stop, until: flying.askedAt + lockTimes.patienceMs };
    const shared = await shareAnswer(store, { ...found, siteId: question.siteId }, computing, patience, lockTimes);
    if (shared.kind === 'computed') return shared.answer;
    memory.set(found.name, shared.answer);
    return give(found.name, shared.answer, shared.isWaitedFor ? 'miss' : 'hit');
  }

  const share = (question: Question, found: Shareable, options: AskOptions): Promise<GivenAnswer> =>
    joining.join(
      found,
      {
        share: (stop, flying) => fetch(question, found, options, stop, flying),
        compute: async (stop) => (await compute(question, found, options, stop)).answer,
      },
      options.gone,
    );

  /** The last answer to the query, unless it is older than the caller accepts. */
  async function findStale({ siteId }: Question, { name, identity }: LookedUp, { maxStaleMs }: AskOptions) {
    if (maxStaleMs === undefined) return undefined;
    const oldest = clock().getTime() - maxStaleMs;
    const isGood = (answer: KeptAnswer | undefined) => answer?.identity === identity && answer.computedAt >= oldest;
    const own = memory.get(name);
    if (isGood(own)) return own;
    const others = await store.attempt((of) => of.newest(siteId, name));
    return isGood(others) ? others : undefined;
  }

  async function answer(question: Question, found: LookedUp, options: AskOptions): Promise<GivenAnswer> {
    if (!isShareable(found)) {
      // An answer that must not be cached must not be shared either.
      return joining.alone(async (stop) => (await compute(question, found, options, stop)).answer, options.gone);
    }
    const own = memory.get(found.name);
    if (own && isAnswerTo(found, own)) return give(found.name, own, 'hit');
    const stale = await findStale(question, found, options);
    if (!stale) return share(question, found, options);
    if (isAnswerTo(found, stale)) return give(found.name, stale, 'hit');
    // The error will surface in the next request.
    share(question, found, { ...options, gone: undefined }).catch(() => {});
    return give(found.name, stale, 'stale');
  }

  return {
    async ask(question, options) {
      const found = await lookUp(question, options.gone);
      if (found.version !== undefined && options.isKnown?.(tagOf(found.name, found.version))) {
        counter.add('hit');
        return undefined;
      }
      const given = await answer(question, found, options);
      counter.add(given.status);
      return given;
    },
    store: store.store,
    forget: () => memory.clear(),
    figures: () => ({ ...counter.counts, entries: memory.size, bytes: memory.calculatedSize, maxBytes }),
  };
}
