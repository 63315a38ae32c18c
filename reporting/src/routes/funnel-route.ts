/** `POST /api/v1/funnel`: how many users, or visits, reached each step of a funnel. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import { type CacheableQuery, followsClock } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { describeGroups, describeSteps } from '../funnel/describe-funnel.js';
import { eventRange, type Funnel, type FunnelAnswer } from '../funnel/funnel.js';
import { type FunnelRequest, parseFunnel } from '../funnel/parse-funnel.js';
import { needsVisits, readFunnel } from '../funnel/read-funnel.js';
import { readJson } from '../http/read-json.js';
import { type RawReading, rawCost } from '../query/reading-cost.js';
import { effectiveFilter, type TimeRange } from '../query/resolved-query.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { readEventsSince } from '../reading/events-since.js';
import { needsEvents, siteMeta } from '../reading/site-context.js';
import { answerFunnel } from '../segments/answer-funnel.js';
import { widenForVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

export function funnelRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const request = parseFunnel(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, request.scope.siteId);
    await sendAnswer(deps, req, res, toCacheableQuery(pool, request, clock()), startedAt);
  };
}

const echo = (request: FunnelRequest, { from, to }: TimeRange) => {
  const { scope, names, stepLists, window, by, pastEnd, breakdown } = request;
  return {
    ...(scope.includeBots && { include_bots: true }),
    ...{ filters: scope.filterList, steps: names.map((name, index) => ({ name, filters: stepLists[index] })), window },
    ...{ by, past_end: pastEnd, ...(breakdown && { breakdown }) },
    date_range: [from.toISOString(), to.toISOString()],
    ...(scope.weekStart && { week_start: scope.weekStart }),
  };
};

/** Visits are made of all events, whatever the filter. */
function rawReading(funnel: Funnel): RawReading {
  const { siteId, filter } = funnel;
  const range = eventRange(funnel);
  return needsVisits(funnel) ? { siteId, range: widenForVisits(range) } : { siteId, range, filter };
}

/** From segments if possible, otherwise from raw events. */
async function readAnswer(client: PoolClient, funnel: Funnel, reads: ReadOptions): Promise<FunnelAnswer> {
  const answer = reads.engine && (await answerFunnel(client, reads.engine, funnel, reads));
  if (answer) return answer;
  reads.admit?.(await rawCost(client, rawReading(funnel)));
  return readFunnel(client, funnel, reads.signal);
}

function bodyOf({ names, breakdown, breakdownLimit }: FunnelRequest, answer: FunnelAnswer) {
  const steps = describeSteps(names, answer.total);
  return breakdown ? { steps, breakdown: describeGroups(names, answer, breakdownLimit) } : { steps };
}

function toCacheableQuery(pool: Pool, request: FunnelRequest, now: Date): CacheableQuery {
  const { scope, steps, windowMs, by, pastEnd, breakdown } = request;
  return {
    ...{ kind: 'funnel', siteId: scope.siteId, request, sources: ['events'] },
    needsEvents: needsEvents(scope.dateRange),
    resolve(site) {
      const resolved = resolveQuery(scope, { now, ...site });
      const { siteId, timezone, range } = resolved;
      const filter = effectiveFilter(resolved);
      const patterns = { ofAll: patternsOf(filter), ofSteps: steps.flatMap(patternsOf) };
      const rules = { steps, windowMs, byVisit: by === 'visit', pastEnd, ...(breakdown && { breakdown }) };
      const funnel: Funnel = { siteId, range, ...(filter && { filter }), ...rules };
      // The visits may include events outside the range.
      const span = widenForVisits(eventRange(funnel));
      return {
        meaning: [range, timezone, siteMeta(site, range)],
        span,
        isTransient: followsClock([range.from, range.to], now),
        longestMs: patterns.ofAll.length + patterns.ofSteps.length > 0 ? patternTimeoutMs : undefined,
        async check(signal) {
          await checkPatterns(pool, patterns.ofAll, { signal });
          await checkPatterns(pool, patterns.ofSteps, { field: 'steps', signal });
        },
        async read(client, reads, signal) {
          const answer = await readAnswer(client, funnel, { ...reads, signal });
          const query = { site_id: siteId, timezone, ...echo(request, range) };
          return {
            fields: { ...bodyOf(request, answer), query },
            meta: { source: answer.source, ...siteMeta(site, range), ...(await readEventsSince(client, range.from)) },
          };
        },
      };
    },
  };
}
