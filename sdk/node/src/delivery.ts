/** When the queue is sent, in which portions, and how often one is tried: a single request at a time, oldest events first. */
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
  /** Hears which items have left the queue. */
  onSettled(items: Item[]): void;
  /** May add items once there are no more. */
  refill(): void;
}

export interface Delivery {
  /** To be called when items were added. */
  onAdded(): void;
  /** Resolves when all that is in the queue now was delivered or dropped. */
  flush(): Promise<void>;
  /** Sends on for `ms` at most; resolves with what is left. */
  stop(ms: number): Promise<Item[]>;
}

/** The largest body that is tried. */
export const maxBodyBytes = 5_000_000;

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { queue, problems, post } = deps;
  const pause = createPause();
  let timer: Timer | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  /** Everything up to this one that was added is sent without delay. */
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
    const message = `${verdict.why}; next try in ${Math.round(waitMs)} ms`;
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
    // Back by a tenth with each batch that gets through: a server that takes little is not asked for too much every time.
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
    // Until the end of the tick, so that what is tracked in a loop goes together.
    await undefined;
    try {
      while (!isStopped && isDue()) {
        await attempt();
        if (queue.length === 0 && !isStopped) deps.refill();
      }
    } catch {
      // Only a clock of the application's own can have failed; what waits is tried again after the interval.
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

  /** What is refilled meanwhile, too. */
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
