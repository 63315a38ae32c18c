/** How long one request may take from its arrival to its answer, and whether anybody still waits for it. */
import { sendRefusal } from '@millrace/shared/platform/http';
import type { RequestHandler, Response } from 'express';

export interface ReadBudget {
  /** Fires when the client has left or the time is up: whatever runs for the request is to stop. */
  signal: AbortSignal;
  /** Milliseconds until the signal fires by itself; at least 1. */
  remainingMs(): number;
}

/** An answer comes within 20 s, also when the database stands still. */
export const stopMs = 16_500;
const limits = { stopMs, askMs: 16_900, answerMs: 19_000 };

/** Whether the database answers, in about a second. */
type CheckDatabase = () => Promise<boolean>;

interface RequestBudget extends ReadBudget {
  release(): void;
}

function startBudget(
  res: Response,
  checkDatabase: CheckDatabase,
  { stopMs, askMs, answerMs }: typeof limits,
): RequestBudget {
  const startedAt = performance.now();
  const stopping = new AbortController();
  const stop = setTimeout(() => stopping.abort(), stopMs);
  let answers = false;
  const ask = setTimeout(async () => {
    answers = await checkDatabase().catch(() => false);
  }, askMs);
  // What was told to stop has had time to say why. It is only slow where the database answers others.
  const answer = setTimeout(() => {
    if (!res.headersSent) sendRefusal(res, { code: answers ? 'query_timeout' : 'database_unavailable' });
  }, answerMs);
  const release = () => {
    for (const timer of [stop, ask, answer]) clearTimeout(timer);
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

/** The budget of the request that `res` answers; it starts with the first who asks. */
export function budgetOf(res: Response): ReadBudget {
  res.locals.budget ??= startBudget(res, async () => false, limits);
  return res.locals.budget as ReadBudget;
}

/** For an answer that has begun and goes on for as long as its client likes: nothing happens any more when the time is up. */
export function releaseBudget(res: Response): void {
  (res.locals.budget as RequestBudget | undefined)?.release();
}

/** Starts the budget of each request, before anything asks the database. */
export function startBudgets(checkDatabase: CheckDatabase, times = limits): RequestHandler {
  return (_req, res, next) => {
    res.locals.budget = startBudget(res, checkDatabase, times);
    next();
  };
}
