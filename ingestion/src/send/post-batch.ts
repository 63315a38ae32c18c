/** Posts a batch, and retries with increasing pauses while the server is busy or unreachable. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { Batch } from './make-batches.js';
import { type Receiver, type Rejection, tryBatch, type Verdict } from './try-batch.js';

export interface Target extends Receiver {
  /** How long the command waits without a response to any batch before it gives up. */
  giveUpAfterMs: number;
  /** Time of the last response, in milliseconds since 1970; shared by all batches in flight. */
  lastAnswerAt: number;
  /** Whether a server ever responded at the URL; otherwise there is no point in waiting. */
  wasReachable: boolean;
  /** Ends the pause between two attempts. */
  stop: AbortSignal;
  /** Called with the reason when a batch has to wait. */
  onWait(why: string): void;
}

export interface BatchAnswer {
  accepted: number;
  rejected: Rejection[];
}

type RetryVerdict = Extract<Verdict, { kind: 'retry' }>;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Honours `Retry-After`. @throws CommandError if the server refuses the batch, or does not respond for too long. */
export async function postBatch(batch: Batch, target: Target): Promise<BatchAnswer> {
  for (let tries = 1; ; tries += 1) {
    const startedAt = Date.now();
    const verdict = await tryBatch(target, batch.body, batch.numbers.length);
    if (verdict.kind !== 'retry' || !verdict.isUnreachable) target.wasReachable = true;
    if (verdict.kind === 'answered') {
      target.lastAnswerAt = Date.now();
      return verdict;
    }
    if (verdict.kind === 'refused') {
      // The server or a proxy may have a lower limit than ours.
      if (verdict.tooLarge && batch.numbers.length > 1) return postHalves(batch, target);
      throw new CommandError(`${target.url} ${verdict.why}.`);
    }
    // Time before the first attempt does not count as silence of the server.
    if (tries === 1) target.lastAnswerAt = Math.max(target.lastAnswerAt, startedAt);
    const pauseMs = pauseBefore(verdict, tries, target);
    target.onWait(`${target.url} ${verdict.why}; next attempt in ${seconds(pauseMs)}.`);
    await pause(pauseMs, target.stop);
  }
}

async function postHalves({ body, numbers }: Batch, target: Target): Promise<BatchAnswer> {
  const middle = Math.ceil(numbers.length / 2);
  const events = body.split('\n');
  const halfOf = (from: number, to?: number): Batch => ({
    body: events.slice(from, to).join('\n'),
    numbers: numbers.slice(from, to),
  });
  const first = await postBatch(halfOf(0, middle), target);
  const second = await postBatch(halfOf(middle), target);
  const moved = second.rejected.map(({ index, message }) => ({ index: index + middle, message }));
  return { accepted: first.accepted + second.accepted, rejected: [...first.rejected, ...moved] };
}

/** How long to wait before the next attempt. @throws CommandError if the time limit has passed, or will have by then. */
function pauseBefore({ why, retryAfterMs }: RetryVerdict, tries: number, target: Target): number {
  if (!target.wasReachable) {
    const { origin } = target.url;
    throw new CommandError(
      `${origin} ${why}. Is Millrace running? Start it with npm start, or give the URL of ingestion with --url.`,
    );
  }
  const remainingMs = target.lastAnswerAt + target.giveUpAfterMs - Date.now();
  if (remainingMs > 0 && (retryAfterMs ?? 0) <= remainingMs)
    return retryAfterMs ?? Math.min(backOffMs(tries), remainingMs);
  const wait = retryAfterMs === null ? '' : ` and asks to wait ${seconds(retryAfterMs)}`;
  throw new CommandError(
    `${target.url} ${why}${wait}; gave up after ${seconds(target.giveUpAfterMs)} without success.`,
  );
}

/** Doubles with each attempt, with jitter so that batches do not retry all at once. */
function backOffMs(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2);
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal: stop });
  } catch {
    throw new CommandError('Stopped while waiting for the server.');
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
