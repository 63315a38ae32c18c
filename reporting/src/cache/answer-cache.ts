/** Answers that are kept as long as they are right: each is computed once, by whichever process is asked first. */
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import { LRUCache } from 'lru-cache';
import type { AnswerStore, StoreSize } from './answer-store.js';
import { type ComputedAnswer, computeAnswer, type GivenAnswer, type Reader } from './compute-answer.js';
import { type AnswerCounts, type AnswerStatus, createAnswerCounter } from './count-answers.js';
import { guardStore } from './guard-store.js';
import { createJoining, type Flying, isShareable, type Shareable } from './join-computation.js';
import { bytesOf, isAnswerTo, isNewer, type KeptAnswer } from './kept-answer.js';
import { createLookUp, type LookedUp } from './look-up.js';
import type { Question } from './question.js';
import { type Computed, type LockTimes, shareAnswer, lockTimes as standardTimes } from './share-answer.js';

export interface AskOptions {
  read: Reader;
  /** Fires when the asker has left; absent: waits to the end. */
  gone?: AbortSignal | undefined;
  /** How old an answer may be that is out of date. */
  maxStaleMs?: number | undefined;
  /** Shares also what nobody will ask for again in the same way, for those who take an answer that is out of date. */
  keepsAll?: boolean | undefined;
  /** Whether the asker has the answer with that tag. */
  isKnown?: ((etag: string) => boolean) | undefined;
}

export interface AnswerCache {
  /** Undefined when the asker has the answer already. */
  ask(question: Question, options: AskOptions): Promise<GivenAnswer | undefined>;
  readonly store: AnswerStore;
  /** Drops what the memory of this process holds. */
  forget(): void;
  /** Of this process. */
  figures(): AnswerCounts & StoreSize & { maxBytes: number };
}

export interface CacheDependencies {
  /** For reading; may lead to a standby. */
  pool: Pool;
  store: AnswerStore;
  logger: Logger;
  telemetry: Telemetry;
  /** Of this process's memory. */
  maxBytes: number;
  clock?: () => Date;
  lockTimes?: LockTimes;
}

const dayMs = 86_400_000;
/** The answer to a range that is over changes with late events only. */
const keepMs = { over: 7 * dayMs, open: 600_000 };
/** So large a part of the memory one answer may take. */
const largestPart = 1 / 4;

/** Weak, since `meta` tells of each answer how it came about. */
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

  /** Where all processes find it, unless nobody will ask for it again. */
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

  /** The last answer to the question, where it is not older than the asker takes it. */
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
      // Nobody else may be given what may not be kept.
      return joining.alone(async (stop) => (await compute(question, found, options, stop)).answer, options.gone);
    }
    const own = memory.get(found.name);
    if (own && isAnswerTo(found, own)) return give(found.name, own, 'hit');
    const stale = await findStale(question, found, options);
    if (!stale) return share(question, found, options);
    if (isAnswerTo(found, stale)) return give(found.name, stale, 'hit');
    // Whoever asks next finds out what is wrong with it.
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
