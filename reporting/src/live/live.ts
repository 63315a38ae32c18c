/** Streams live states: one computation for all listeners of the same site and filter, none without listeners. */
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { Request, Response } from 'express';
import { accessOf } from '../access/request-access.js';
import { admitRead, type ReadDeps } from '../reading/admit-read.js';
import { type ReadBudget, releaseBudget } from '../reading/read-budget.js';
import { type Broadcast, createBroadcast } from './broadcast.js';
import { answerHead, openEventStream } from './event-stream.js';
import { createListeners, type NewListener } from './listeners.js';
import { defaultLiveLimits, type LiveLimits } from './live-settings.js';
import { type LiveSelection, readLive } from './read-live.js';

export interface LiveDependencies extends ReadDeps {
  logger: Logger;
  telemetry: Telemetry;
  clock?: (() => Date) | undefined;
  limits?: LiveLimits;
  /** Overrides for tests. */
  times?: Partial<typeof defaultTimes>;
}

/** A live state and how it is computed. */
export interface LiveTopic {
  /** Listeners of the same name share one computation. */
  name: string;
  /** Name of the events. */
  event: string;
  siteId?: string | undefined;
  /** Starts a series of computations, from the first listener to the last. */
  start(): Computation;
}

export interface Computation {
  compute(budget: ReadBudget): Promise<{ at: Date }>;
  /** Called after the last computation. */
  close?(): Promise<void>;
}

export interface Live {
  /**
   * Streams a site. Listeners of the same site and an equal filter share its computation.
   * @throws ServiceError `rate_limited` or `shutting_down` before anything is sent.
   */
  openSite(req: Request, res: Response, selection: LiveSelection): void;
  /** Streams anything else, in the same way. */
  open(req: Request, res: Response, watched: LiveTopic): void;
  /** Ends all streams. */
  close(): Promise<void>;
}

/** With more states than this, each is computed less often, which limits the total cost. */
const topicsAtFullPace = 50;

const defaultTimes = { everyMs: 1_000, heartbeatMs: 15_000, slowAfterMs: 12_000, budgetMs: 10_000 };

/** Budget of one computation; it ends early if all listeners leave. */
function budgetUntil(gone: AbortSignal, budgetMs: number): ReadBudget {
  const startedAt = performance.now();
  return {
    signal: AbortSignal.any([gone, AbortSignal.timeout(budgetMs)]),
    remainingMs: () => Math.max(1, Math.round(budgetMs - (performance.now() - startedAt))),
  };
}

export function createLive(deps: LiveDependencies): Live {
  const { logger, telemetry, clock = () => new Date(), limits = defaultLiveLimits } = deps;
  const times = { ...defaultTimes, ...deps.times };
  const listeners = createListeners({ limits, ...times });
  const broadcasts = new Map<string, { broadcast: Broadcast; listening: number }>();
  const computations = telemetry.counter('millrace_live_computations_total', 'Computations of live states');
  telemetry.gauge('millrace_live_listeners', 'Open live streams', [], (gauge) => gauge.set(listeners.count()));
  const onError = createErrorLog(
    logger,
    'a live state could not be computed; listeners were notified, and it will be retried',
  );

  function broadcastOf({ name, event, start }: LiveTopic) {
    const existing = broadcasts.get(name);
    if (existing) return existing;
    const { compute, close } = start();
    const broadcast = createBroadcast({
      event,
      everyMs: () => times.everyMs * Math.max(1, broadcasts.size / topicsAtFullPace),
      slowAfterMs: times.slowAfterMs,
      onError,
      onStop: close,
      compute: (gone) => {
        computations.inc();
        return compute(budgetUntil(gone, times.budgetMs));
      },
    });
    const watched = { broadcast, listening: 0 };
    broadcasts.set(name, watched);
    return watched;
  }

  function open(req: Request, res: Response, watched: LiveTopic): void {
    // The client may have left while its key was looked up; then `close` has fired already.
    if (res.closed) return;
    const listener = { siteId: watched.siteId, keyId: accessOf(res)?.keyId };
    listeners.check(listener);
    if (req.method === 'HEAD') answerHead(res);
    else listen(req, res, watched, listener);
  }

  function listen(req: Request, res: Response, watched: LiveTopic, listener: NewListener): void {
    releaseBudget(res);
    const stream = openEventStream(res);
    listeners.add(listener, stream);
    const shared = broadcastOf(watched);
    shared.listening += 1;
    const { leave } = shared.broadcast.join({ send: stream.send, lastId: req.get('last-event-id') });
    stream.onClose(() => {
      shared.listening -= 1;
      // Before the computation ends: a listener that joins now starts another one.
      if (shared.listening === 0) broadcasts.delete(watched.name);
      leave();
    });
  }

  return {
    open,
    openSite(req, res, selection) {
      const { siteId, filter } = selection;
      const name = JSON.stringify(['site', siteId, filter ?? null]);
      const compute = (budget: ReadBudget) =>
        admitRead(deps, budget, (client, reads) => readLive(client, selection, clock(), reads));
      open(req, res, { name, event: 'live', siteId, start: () => ({ compute }) });
    },
    async close() {
      listeners.close();
      await Promise.all([...broadcasts.values()].map(({ broadcast }) => broadcast.stop()));
    },
  };
}
