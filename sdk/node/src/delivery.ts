/** Sends the queue: when, how often it is retried, one request at a time, oldest events first. */
import { describeLoss, lostItem } from './describe-loss.js';
import { judgeResponse, type Verdict } from './judge-response.js';
import { envelopeBytes, type Post } from './post-batch.js';
import type { Problems } from './problems.js';
import type { Item, Queue } from './queue.js';
import { backOffMs } from './retry-delay.js';
import { createPause, keepRunning, type Timer, unrefTimeout } from './timers.js';

export interface DeliveryDeps {
  queue: Queue;
  post: Post;
  problems: Problems;
  flushAt: number;
  flushIntervalMs: number;
  maxAgeMs: number;
  now(): number;
  random(): number;
  /** Receives the items that have left the queue. */
  onSettled(items: Item[]): void;
  /** May add items when the queue is empty. */
  refill(): void;
}

export interface Delivery {
  /** Call after adding items. */
  onAdded(): void;
  /** Resolves when everything now in the queue is delivered or dropped. */
  flush(): Promise<void>;
  /** Keeps sending for up to `ms`; resolves with what is left. */
  stop(ms: number): Promise<Item[]>;
}

/** In bytes, including the envelope. */
export const maxBodyBytes = 5_000_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { queue, problems, post } = deps;
  const pause = createPause();
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  /** Everything added up to this number is sent without delay. */
  let due = 0;
  let failures = 0;
  let largestBatch = maxBodyBytes - envelopeBytes;

  function settle(count: number): void {
    deps.onSettled(queue.settle(count));
  }

  function dropExpired(): void {
    const expired = queue.before(deps.now() - deps.maxAgeMs);
    const { length: count } = expired;
    if (count === 0) return;
    const message = `${count} events could not be delivered within ${deps.maxAgeMs} ms`;
    problems.report({ reason: 'expired', message, count }, () => expired.map(lostItem));
    settle(count);
  }

  async function waitForRetry(verdict: Extract<Verdict, { kind: 'retry' }>): Promise<void> {
    const requestedMs = verdict.retryAfterMs ?? 0;
    const backOff = backOffMs(failures, deps.random());
    failures += 1;
    const waitMs = Math.min(Math.max(requestedMs, backOff), deps.maxAgeMs);
    const message = `${verdict.why}; retrying in ${Math.round(waitMs)} ms`;
    const status = verdict.status === undefined ? {} : { status: verdict.status };
    problems.report({ reason: 'retrying', message, count: 0, ...status });
    await pause.wait(waitMs, requestedMs >= backOff);
  }

  function finish(batch: Item[], verdict: Exclude<Verdict, { kind: 'retry' }>): void {
    failures = 0;
    if (verdict.kind === 'too_large' && batch.length > 1) {
      largestBatch = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes + 1, 0) / 2);
      return;
    }
    // Grows back by a tenth with each batch that gets through, so a server with a small limit is not tested every time.
    largestBatch = Math.min(largestBatch * 1.1, maxBodyBytes - envelopeBytes);
    const loss = describeLoss(batch, verdict);
    if (loss) problems.report(loss, loss.lost);
    settle(batch.length);
  }

  async function attempt(): Promise<void> {
    dropExpired();
    const batch = queue.nextBatch(largestBatch);
    if (batch.length === 0) return;
    const verdict = judgeResponse(await post.send(batch), batch, deps.now());
    if (verdict.kind !== 'retry') finish(batch, verdict);
    else if (!isStopped) await waitForRetry(verdict);
  }

  const isDue = () => queue.settled < due || queue.length >= Math.max(1, deps.flushAt);

  async function run(): Promise<void> {
    // Waits for the end of the tick, so events tracked in a loop go together.
    await undefined;
    try {
      while (!isStopped && isDue()) {
        await attempt();
        if (queue.length === 0 && !isStopped) deps.refill();
      }
    } catch {
      // Only the application's own clock can throw here; the queue is tried again after the interval.
      if (!isStopped) await pause.wait(deps.flushIntervalMs, false);
    }
    running = undefined;
    arm();
  }

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    due = queue.added;
    running ??= run();
  }

  function arm(): void {
    if (queue.length > 0 && !isStopped) timer ??= unrefTimeout(deps.flushIntervalMs, start);
  }

  /** Includes what is refilled meanwhile. */
  async function sendAll(): Promise<void> {
    while (queue.length > 0 && !isStopped) {
      start();
      await running;
    }
  }

  return {
    onAdded() {
      if (running) return;
      if (isDue()) start();
      else arm();
    },
    flush() {
      if (queue.length === 0) return Promise.resolve();
      start();
      return keepRunning(queue.whenSettled());
    },
    async stop(ms) {
      if (queue.length > 0) {
        pause.hurry();
        let deadline: Timer | undefined;
        const over = new Promise<void>((resolve) => {
          deadline = unrefTimeout(ms, resolve);
        });
        await keepRunning(Promise.race([sendAll(), over]));
        clearTimeout(deadline);
      }
      isStopped = true;
      clearTimeout(timer);
      post.abort();
      pause.end();
      await running;
      return queue.settle(queue.length);
    },
  };
}
