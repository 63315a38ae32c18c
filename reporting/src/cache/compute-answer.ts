/** Computes an answer together with the version of the data it was read from, on one snapshot. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import type { ReadOptions } from '../reading/admit-read.js';
import { type ReadBudget, stopMs } from '../reading/read-budget.js';
import type { CachedAnswer } from './cached-answer.js';
import type { AnswerStatus } from './count-answers.js';
import { readDataVersion } from './data-version.js';
import { type Lookup, versionKeyOf } from './lookup.js';

/** Runs reads on one snapshot within a budget; see `admitRead`. */
export type Reader = <T>(
  budget: ReadBudget,
  read: (client: PoolClient, reads: ReadOptions) => Promise<T>,
  longestMs?: number,
) => Promise<T>;

/** Without a version, the answer must not be cached. */
export type ComputedAnswer = Omit<CachedAnswer, 'version'> & { version: string | undefined };

export interface ServedAnswer extends ComputedAnswer {
  status: AnswerStatus;
  /** Undefined if the answer must not be cached. */
  etag: string | undefined;
}

/** A computation has its own budget: it ends when `stop` fires, not with the request that started it. */
function startBudget(stop: AbortSignal): { budget: ReadBudget; end: () => void } {
  const startedAt = performance.now();
  const ending = new AbortController();
  const abort = () => ending.abort();
  const timer = setTimeout(abort, stopMs);
  stop.addEventListener('abort', abort, { once: true });
  if (stop.aborted) abort();
  const end = () => {
    clearTimeout(timer);
    stop.removeEventListener('abort', abort);
  };
  const remainingMs = () => Math.max(1, Math.round(stopMs - (performance.now() - startedAt)));
  return { budget: { signal: ending.signal, remainingMs }, end };
}

/** The version may be newer than the one that was looked up. */
export async function computeAnswer(
  lookup: Lookup,
  read: Reader,
  stop: AbortSignal,
  clock: () => Date,
): Promise<ComputedAnswer> {
  const { budget, end } = startBudget(stop);
  let readAt = 0;
  const readAll = async (client: PoolClient, reads: ReadOptions) => {
    readAt = clock().getTime();
    const data = await readDataVersion(client, lookup.versionParams);
    const { fields, meta } = await lookup.read(client, { ...reads, signal: budget.signal }, budget.signal);
    return { fields, meta, ...versionKeyOf(lookup.meaningJson, data), identity: data.identity };
  };
  try {
    await lookup.check?.(budget.signal);
    const { fields, ...answer } = await read(budget, readAll, lookup.longestMs);
    return { ...answer, body: Buffer.from(JSON.stringify(fields)), computedAt: readAt };
  } finally {
    end();
  }
}
