/// <reference lib="esnext.disposable" preserve="true" />
import { createDelivery, maxBodyBytes } from './delivery.js';
import { lostItem } from './describe-loss.js';
import { createSecureRandom, makeEventId } from './event-id.js';
import type { TrackedEvent } from './event-types.js';
import { type MillraceOptions, readOptions } from './options.js';
import { createPost, envelopeBytes } from './post-batch.js';
import { createProblems, type ProblemReason } from './problems.js';
import { createQueue, type Item } from './queue.js';
import { createSafeSpool } from './safe-spool.js';
import { writeEvent } from './write-event.js';

export type {
  Amount,
  EventFields,
  Interval,
  Properties,
  TrackedEvent,
  TypedEvent,
  VisitorContext,
} from './event-types.js';
export type { MillraceOptions } from './options.js';
export type { Lost, Problem, ProblemReason, Rejection } from './problems.js';
export type { Item } from './queue.js';
export type { Spool } from './safe-spool.js';

export interface Millrace {
  /**
   * Queues an event and returns at once. Never throws: events that cannot be queued are counted in `dropped` and reported to
   * `onError`.
   */
  track<T extends string>(event: { event_type: T } & TrackedEvent<T>): void;
  /** Resolves when everything tracked before is delivered or dropped, which may take as long as the server is down. */
  flush(): Promise<void>;
  /**
   * Accepts no more events, sends for up to `ms` (default: `timeoutMs`), and ends. Unsent events stay in the spool for the next
   * process; without one they are lost, counted and reported.
   */
  shutdown(ms?: number): Promise<{ unsent: number }>;
  /** `shutdown()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** Events lost so far, for any reason. */
  readonly dropped: number;
  /** Events that are queued or being sent. */
  readonly unsent: number;
}

const utf8 = new TextEncoder();

/**
 * Creates a client for one Millrace server. Opens nothing before the first event, except its spool.
 * @throws TypeError that names an invalid option, Error if the spool cannot be used
 */
export function createMillrace(options: MillraceOptions): Millrace {
  const settings = readOptions(options);
  const { now = Date.now, random = Math.random } = options;
  const problems = createProblems(options.onError);
  const queue = createQueue(settings.maxQueueEvents, settings.maxQueueBytes);
  const spooled = createSafeSpool(options.spool, problems.report);
  const refill = () => {
    for (const item of spooled.recover()) queue.add(item);
    delivery.onAdded();
  };
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const post = createPost({ ...settings, fetch, now });
  const delivery = createDelivery({
    ...settings,
    queue,
    post,
    problems,
    now,
    random,
    refill,
    onSettled: spooled.settle,
  });
  let ended: Promise<{ unsent: number }> | undefined;

  /** Why an event cannot be queued. */
  function rejectionOf({ bytes }: Item): [ProblemReason, string] | undefined {
    if (ended) return ['closed', 'the event was tracked after shutdown()'];
    if (bytes + envelopeBytes > maxBodyBytes) return ['too_large', 'the event is larger than 5 MB'];
    return queue.hasRoom(bytes) ? undefined : ['queue_full', `the queue is full: ${queue.length} events are waiting`];
  }

  function enqueue(item: Item): void {
    const [reason, message] = rejectionOf(item) ?? [];
    if (reason !== undefined && message !== undefined) {
      problems.report({ reason, message, count: 1 }, () => [lostItem(item)]);
      return;
    }
    spooled.append(item);
    queue.add(item);
    delivery.onAdded();
  }

  function track(event: object): void {
    let item: Item;
    try {
      const trackedAtMs = now();
      const text = writeEvent(event, { site: settings.site, nowMs: trackedAtMs, makeId });
      item = { text, bytes: utf8.encode(text).length, trackedAtMs };
    } catch (error) {
      const message = `the event cannot be written as JSON: ${error instanceof Error ? error.message : String(error)}`;
      const body = event as Record<string, unknown>;
      problems.report({ reason: 'invalid', message, count: 1 }, () => [{ body }]);
      return;
    }
    enqueue(item);
  }

  async function end(ms: number): Promise<{ unsent: number }> {
    const left = await delivery.stop(ms);
    const lost = left.filter(({ spooled: number }) => number === undefined);
    const message = `${lost.length} events were unsent at shutdown`;
    if (lost.length > 0) problems.report({ reason: 'closed', message, count: lost.length }, () => lost.map(lostItem));
    spooled.close();
    return { unsent: left.length };
  }

  const idRandom = createSecureRandom();
  const makeId = (nowMs: number) => makeEventId(nowMs, idRandom);
  const client: Millrace = {
    track,
    flush: () => delivery.flush(),
    shutdown: (ms = settings.timeoutMs) => {
      ended ??= end(ms);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      await client.shutdown();
    },
    get dropped() {
      return problems.dropped;
    },
    get unsent() {
      return queue.length;
    },
  };
  refill();
  return client;
}
