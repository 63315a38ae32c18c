/** Sends answers over HTTP, cached or not, with the headers for conditional requests. */
import type { Request, Response } from 'express';
import { admitRead, type ReadDeps } from '../reading/admit-read.js';
import { budgetOf, type ReadBudget } from '../reading/read-budget.js';
import { readSiteContext } from '../reading/site-context.js';
import type { AnswerCache } from './answer-cache.js';
import type { CacheableQuery } from './cacheable-query.js';
import type { Reader, ServedAnswer } from './compute-answer.js';

export interface AnswerDependencies extends ReadDeps {
  clock?: () => Date;
  /** Without it, every answer is computed. */
  cache?: AnswerCache | undefined;
}

/** `max-stale=60`, or without seconds for any age; undefined if the client accepts no outdated answers. */
export function maxStaleOf(cacheControl: string | undefined): number | undefined {
  const found = /(?:^|,)\s*max-stale(?:\s*=\s*"?(\d{1,9})"?)?\s*(?:,|$)/i.exec(cacheControl ?? '');
  if (!found) return undefined;
  return found[1] === undefined ? Number.POSITIVE_INFINITY : Number(found[1]) * 1_000;
}

/** Weak comparison, as RFC 9110 requires for If-None-Match. */
export function hasTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

type AnswerContent = Pick<ServedAnswer, 'body' | 'meta'>;

async function answerUncached(
  query: CacheableQuery,
  deps: Omit<AnswerDependencies, 'cache'>,
  budget: ReadBudget,
): Promise<AnswerContent> {
  const site = await readSiteContext(deps.pool, query.siteId, query.needsEvents, budget.signal);
  const resolved = query.resolve(site);
  await resolved.check?.(budget.signal);
  const { fields, meta } = await admitRead(
    deps,
    budget,
    (client, reads) => resolved.read(client, reads, budget.signal),
    resolved.longestMs,
  );
  return { body: Buffer.from(JSON.stringify(fields)), meta };
}

/** The fields of an answer, cached or computed, for callers that combine several answers. */
export async function readAnswer(
  query: CacheableQuery,
  deps: AnswerDependencies,
  budget: ReadBudget,
): Promise<unknown> {
  const { cache } = deps;
  const read: Reader = (computationBudget, work, longestMs) => admitRead(deps, computationBudget, work, longestMs);
  // Undefined is returned only for a matching tag.
  const { body } = cache
    ? (await cache.get(query, { read, signal: budget.signal }))!
    : await answerUncached(query, deps, budget);
  return JSON.parse(body.toString());
}

/** True when the time budget ran out first. */
const isAnswered = (res: Response) => res.headersSent;

function send(res: Response, { body, meta }: AnswerContent, more: object): void {
  if (isAnswered(res)) return;
  const { asOf } = res.locals as { asOf?: Date | null };
  const all = meta && { ...meta, ...more, ...(asOf !== undefined && { as_of: asOf }) };
  const end = all ? Buffer.from(`,"meta":${JSON.stringify(all)}}`) : undefined;
  // The body is an object with fields, so its last byte is the closing brace.
  res.type('json').send(end ? Buffer.concat([body.subarray(0, -1), end]) : body);
}

/** `startedAt` is from `performance.now()`. */
export async function sendAnswer(
  deps: AnswerDependencies,
  req: Request,
  res: Response,
  query: CacheableQuery,
  startedAt: number,
): Promise<void> {
  const elapsed = () => ({ elapsed_ms: Math.round(performance.now() - startedAt) });
  const { cache, clock = () => new Date() } = deps;
  if (!cache) return send(res, await answerUncached(query, deps, budgetOf(res)), elapsed());
  const read: Reader = (budget, work, longestMs) => admitRead(deps, budget, work, longestMs);
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const served = await cache.get(query, {
    read,
    signal: budgetOf(res).signal,
    maxStaleMs: maxStaleOf(req.headers['cache-control']),
    hasEtag: isRead
      ? (etag) => {
          const isKnown = hasTag(req.headers['if-none-match'], etag);
          if (isKnown) res.set('etag', etag);
          return isKnown;
        }
      : undefined,
  });
  if (isAnswered(res)) return;
  res.set('cache-control', 'private, no-cache');
  if (!served) return void res.status(304).end();
  const { status, etag } = served;
  const age = Math.max(0, clock().getTime() - served.computedAt);
  res.set({ 'x-cache': `${status}; age_ms=${age}` });
  if (status === 'stale') res.locals.asOf = undefined;
  else if (etag !== undefined) res.set('etag', etag);
  send(res, served, { ...elapsed(), cache: { status, age_ms: age } });
}
