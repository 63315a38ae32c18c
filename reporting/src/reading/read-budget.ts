/** The time a request may take from arrival to answer, and whether its client is still connected. */
import { sendRefusal } from '@millrace/shared/platform/http';
import type { RequestHandler, Response } from 'express';

export interface ReadBudget {
  /** Fires when the client disconnects or the time is up; all work for the request should stop. */
  signal: AbortSignal;
  /** Milliseconds until the signal fires by itself; at least 1. */
  remainingMs(): number;
}

/** Every request is answered within 20 s, even when the database hangs. */
export const stopMs = 16_500;
const limits = { stopMs, checkMs: 16_900, answerMs: 19_000 };

/** Whether the database responds; settles within about a second. */
type CheckDatabase = () => Promise<boolean>;

interface RequestBudget extends ReadBudget {
  release(): void;
}

function startBudget(
  res: Response,
  checkDatabase: CheckDatabase,
  { stopMs, checkMs, answerMs }: typeof limits,
): RequestBudget {
  const startedAt = performance.now();
  const stopping = new AbortController();
  const stop = setTimeout(() => stopping.abort(), stopMs);
  let isReachable = false;
  const check = setTimeout(async () => {
    isReachable = await checkDatabase().catch(() => false);
  }, checkMs);
  // By now the aborted work has had time to report its own error. A query is only called slow if the database responds to others.
  const answer = setTimeout(() => {
    if (!res.headersSent) sendRefusal(res, { code: isReachable ? 'query_timeout' : 'database_unavailable' });
  }, answerMs);
  const release = () => {
    for (const timer of [stop, check, answer]) clearTimeout(timer);
  };
  res.on('close', () => {
    release();
    if (!res.writableFinished) stopping.abort();
  });
  return {
    release,
    signal: stopping.signal,
    remainingMs: () => Math.max(1, Math.round(stopMs - (performance.now() - startedAt))),
  };
}

/** The budget of the request that `res` answers; it starts on first use unless {@link startBudgets} has started it. */
export function budgetOf(res: Response): ReadBudget {
  res.locals.budget ??= startBudget(res, async () => false, limits);
  return res.locals.budget as ReadBudget;
}

/** Lifts the time limit, for a response that has begun and lasts as long as its client stays connected. */
export function releaseBudget(res: Response): void {
  (res.locals.budget as RequestBudget | undefined)?.release();
}

/** Starts the budget of each request before anything queries the database. */
export function startBudgets(checkDatabase: CheckDatabase, times = limits): RequestHandler {
  return (_req, res, next) => {
    res.locals.budget = startBudget(res, checkDatabase, times);
    next();
  };
}
