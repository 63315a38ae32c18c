/** One batch → its final answer, trying again with growing pauses while the server is busy or unreachable. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from './command-error.js';
import type { Batch } from './make-batches.js';
import { type Receiver, type Rejection, tryBatch, type Verdict } from './try-batch.js';

export interface Target extends Receiver {
  /** How long no batch at all may get through before the command gives up. */
  giveUpAfterMs: number;
  /** When any batch was last answered, in milliseconds since the epoch; shared by all batches in flight. */
  lastAnswerAt: number;
  /** Whether anything ever listened at the address: only then is it worth waiting for. */
  wasThere: boolean;
  /** Ends the waiting between two tries. */
  stop: AbortSignal;
  /** Hears why a batch waits. */
  onWait(why: string): void;
}

export interface BatchAnswer {
  accepted: number;
  rejected: Rejection[];
}

type RetryVerdict = Extract<Verdict, { kind: 'retry' }>;

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Never tries before `Retry-After` is over. Throws a CommandError when the server refuses, or nothing gets through for too long. */
export async function postBatch(batch: Batch, target: Target): Promise<BatchAnswer> {
  for (let tries = 1; ; tries += 1) {
    const startedAt = Date.now();
    const verdict = await tryBatch(target, batch.body, batch.numbers.length);
    if (verdict.kind !== 'retry' || !verdict.nothingThere) target.wasThere = true;
    if (verdict.kind === 'answered') {
      target.lastAnswerAt = Date.now();
      return verdict;
    }
    if (verdict.kind === 'refused') {
      // A limit of the server's, or of a proxy in front of it, may be lower than ours.
      if (verdict.tooLarge && batch.numbers.length > 1) return postHalves(batch, target);
      throw new CommandError(`${target.url} ${verdict.why}.`);
    }
    // A server that was busy reading or idle before this batch has not been silent: the clock starts with the first try.
    if (tries === 1) target.lastAnswerAt = Math.max(target.lastAnswerAt, startedAt);
    const pauseMs = pauseBefore(verdict, tries, target);
    target.onWait(`${target.url} ${verdict.why}; next try in ${seconds(pauseMs)}.`);
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

/** How long to wait before the next try; throws when nothing got through for too long, or would not until then. */
function pauseBefore({ why, retryAfterMs }: RetryVerdict, tries: number, target: Target): number {
  if (!target.wasThere) {
    const { origin } = target.url;
    throw new CommandError(
      `${origin} ${why}: is Millrace running? Start it with npm start, or name its ingestion with --url.`,
    );
  }
  const restMs = target.lastAnswerAt + target.giveUpAfterMs - Date.now();
  if (restMs > 0 && (retryAfterMs ?? 0) <= restMs) return retryAfterMs ?? Math.min(backOffMs(tries), restMs);
  const wish = retryAfterMs === null ? '' : ` and asks to wait ${seconds(retryAfterMs)}`;
  throw new CommandError(
    `${target.url} ${why}${wish}; gave up, as nothing gets through for ${seconds(target.giveUpAfterMs)}.`,
  );
}

/** Doubles from try to try; the random part keeps batches from coming back all at once. */
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
