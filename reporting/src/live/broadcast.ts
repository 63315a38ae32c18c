/** Computes a state repeatedly while anyone listens, and sends it to all listeners when it has changed. */
import { createHash } from 'node:crypto';
import { describeRefusal } from '@millrace/shared/platform/errors';
import { toRefusal } from '@millrace/shared/platform/http';
import { eventFrame } from './event-stream.js';

export interface BroadcastListener {
  send(frame: Buffer): void;
  /** Of the state that the listener has, if any. */
  lastId?: string | undefined;
}

export interface Broadcast {
  /** The first listener starts the computation; it ends when the last one leaves. */
  join(listener: BroadcastListener): { leave(): void };
  /** Resolves when the last computation has ended. */
  stop(): Promise<void>;
}

export interface BroadcastSettings {
  /** Name of the event. */
  event: string;
  /** Returns the state as of `at`, which does not count as a change. `signal` fires when the last listener has left. */
  compute(signal: AbortSignal): Promise<{ at: Date }>;
  /** Current time between the starts of two computations. */
  everyMs(): number;
  /** A longer computation is reported to listeners as a problem. */
  slowAfterMs: number;
  onError(error: unknown): void;
  /** Called after the last computation. */
  onStop?: (() => Promise<void>) | undefined;
}

/** A computation takes at most a fifth of the time, so that large sites are computed less often. */
const restFactor = 4;

/** A hash of the content, so that a client that reconnects to another process does not get the same state again. Fits in a double. */
const idOf = (state: string): string => String(createHash('sha256').update(state).digest().readUIntBE(0, 6));

function stateFrame(event: string, { at, ...state }: { at: Date }): { id: string; frame: Buffer } {
  const id = idOf(JSON.stringify(state));
  return { id, frame: eventFrame(event, JSON.stringify({ at, ...state }), id) };
}

const problemFrame = (error: unknown): Buffer => eventFrame('problem', describeRefusal(toRefusal(error)).body);

/** Like a statement that Postgres cancelled. */
const tookTooLong = () => Object.assign(new Error('The computation took too long.'), { code: '57014' });

export function createBroadcast(settings: BroadcastSettings): Broadcast {
  const { event, compute, everyMs, slowAfterMs, onError, onStop } = settings;
  const listeners = new Set<BroadcastListener>();
  const stopping = new AbortController();
  let newest: { id: string; frame: Buffer } | undefined;
  let problem: Buffer | undefined;
  let timer: NodeJS.Timeout | undefined;
  let currentRun: Promise<void> | undefined;
  let ended: Promise<void> | undefined;

  function sendTo(listener: BroadcastListener): void {
    const frame = problem ?? newest?.frame;
    const id = problem ? undefined : newest?.id;
    if (!frame || (id !== undefined && listener.lastId === id)) return;
    listener.lastId = id;
    listener.send(frame);
  }

  /** Each problem is sent once. After it, the state is sent again to everyone, to show that the problem is over. */
  function reportProblem(error: unknown): void {
    if (stopping.signal.aborted) return;
    onError(error);
    const frame = problemFrame(error);
    if (problem?.equals(frame)) return;
    problem = frame;
    for (const listener of listeners) sendTo(listener);
  }

  async function computeOnce(): Promise<void> {
    const tooSlow = setTimeout(() => reportProblem(tookTooLong()), slowAfterMs);
    try {
      newest = stateFrame(event, await compute(stopping.signal));
      problem = undefined;
      for (const listener of listeners) sendTo(listener);
    } catch (error) {
      reportProblem(error);
    } finally {
      clearTimeout(tooSlow);
    }
  }

  function runOnce(): void {
    const startedAt = performance.now();
    currentRun = computeOnce().then(() => {
      if (stopping.signal.aborted) return;
      const tookMs = performance.now() - startedAt;
      timer = setTimeout(runOnce, Math.max(everyMs() - tookMs, restFactor * tookMs));
    });
  }

  async function end(): Promise<void> {
    stopping.abort();
    clearTimeout(timer);
    await currentRun;
    await onStop?.().catch(onError);
  }

  function stop(): Promise<void> {
    ended ??= end();
    return ended;
  }

  return {
    join(listener) {
      listeners.add(listener);
      if (currentRun) sendTo(listener);
      else runOnce();
      return {
        leave() {
          if (listeners.delete(listener) && listeners.size === 0) void stop();
        },
      };
    },
    stop,
  };
}
