/** Answers over HTTP: kept ones as well as those of a service that keeps none, with what a client needs to ask again cheaply. */
import type { Request, Response } from 'express';
import { admitRead, type ReadDeps } from '../reading/admit-read.js';
import { budgetOf, type ReadBudget } from '../reading/read-budget.js';
import { readSiteContext } from '../reading/site-context.js';
import type { AnswerCache } from './answer-cache.js';
import type { GivenAnswer, Reader } from './compute-answer.js';
import type { Question } from './question.js';

export interface AnswerDependencies extends ReadDeps {
  clock?: () => Date;
  /** Absent: every answer is computed. */
  cache?: AnswerCache | undefined;
}

/** `max-stale=60`, or without seconds for any age; undefined for a client that wants what is right now. */
export function maxStaleOf(cacheControl: string | undefined): number | undefined {
  const found = /(?:^|,)\s*max-stale(?:\s*=\s*"?(\d{1,9})"?)?\s*(?:,|$)/i.exec(cacheControl ?? '');
  if (!found) return undefined;
  return found[1] === undefined ? Number.POSITIVE_INFINITY : Number(found[1]) * 1_000;
}

/** Compared weakly, as RFC 9110 wants it. */
export function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

type Uncached = Pick<GivenAnswer, 'body' | 'meta'>;

async function answerUncached(
  question: Question,
  deps: Omit<AnswerDependencies, 'cache'>,
  budget: ReadBudget,
): Promise<Uncached> {
  const site = await readSiteContext(deps.pool, question.siteId, question.needsEvents, budget.signal);
  const resolved = question.resolve(site);
  await resolved.check?.(budget.signal);
  const { fields, meta } = await admitRead(
    deps,
    budget,
    (client, reads) => resolved.read(client, reads, budget.signal),
    resolved.longestMs,
  );
  return { body: Buffer.from(JSON.stringify(fields)), meta };
}

/** The fields of an answer, kept or computed, to whoever puts several of them together. */
export async function readAnswer(question: Question, deps: AnswerDependencies, budget: ReadBudget): Promise<unknown> {
  const { cache } = deps;
  const read: Reader = (own, work, longestMs) => admitRead(deps, own, work, longestMs);
  // Without `isKnown` there is always an answer.
  const { body } = cache
    ? (await cache.ask(question, { read, gone: budget.signal }))!
    : await answerUncached(question, deps, budget);
  return JSON.parse(body.toString());
}

/** By its budget, whose time was up first. */
const isAnswered = (res: Response) => res.headersSent;

function send(res: Response, { body, meta }: Uncached, more: object): void {
  if (isAnswered(res)) return;
  const { asOf } = res.locals as { asOf?: Date | null };
  const all = meta && { ...meta, ...more, ...(asOf !== undefined && { as_of: asOf }) };
  const end = all ? Buffer.from(`,"meta":${JSON.stringify(all)}}`) : undefined;
  // The body is an object with fields: its last byte is the bracket.
  res.type('json').send(end ? Buffer.concat([body.subarray(0, -1), end]) : body);
}

/** `startedAt` as of `performance.now()`. */
export async function sendAnswer(
  deps: AnswerDependencies,
  req: Request,
  res: Response,
  question: Question,
  startedAt: number,
): Promise<void> {
  const elapsed = () => ({ elapsed_ms: Math.round(performance.now() - startedAt) });
  const { cache, clock = () => new Date() } = deps;
  if (!cache) return send(res, await answerUncached(question, deps, budgetOf(res)), elapsed());
  const read: Reader = (budget, work, longestMs) => admitRead(deps, budget, work, longestMs);
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const given = await cache.ask(question, {
    read,
    gone: budgetOf(res).signal,
    maxStaleMs: maxStaleOf(req.headers['cache-control']),
    isKnown: isRead
      ? (etag) => {
          const isKnown = hasTag(req.headers['if-none-match'], etag);
          if (isKnown) res.set('etag', etag);
          return isKnown;
        }
      : undefined,
  });
  if (isAnswered(res)) return;
  res.set('cache-control', 'private, no-cache');
  if (!given) return void res.status(304).end();
  const { status, etag } = given;
  const age = Math.max(0, clock().getTime() - given.computedAt);
  res.set({ 'x-cache': `${status}; age_ms=${age}` });
  if (status === 'stale') res.locals.asOf = undefined;
  else if (etag !== undefined) res.set('etag', etag);
  send(res, given, { ...elapsed(), cache: { status, age_ms: age } });
}
