/** `POST /api/v1/funnel`: how many users, or visits, reached each step of a funnel. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import { followsClock, type Question } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { describeGroups, describeSteps } from '../funnel/describe-funnel.js';
import { eventRange, type Funnel, type FunnelAnswer } from '../funnel/funnel.js';
import { type FunnelRequest, parseFunnel } from '../funnel/parse-funnel.js';
import { asksVisits, readFunnel } from '../funnel/read-funnel.js';
import { readJson } from '../http/read-json.js';
import { countedFilter } from '../query/counted-filter.js';
import { type RawReading, rawCost } from '../query/reading-cost.js';
import type { TimeRange } from '../query/resolved-query.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { eventsSince } from '../reading/events-since.js';
import type { Reads } from '../reading/read-in-turn.js';
import { metaOfSite, needsEvents } from '../reading/site-circumstances.js';
import { answerFunnel } from '../segments/answer-funnel.js';
import { aroundVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

export function funnelRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const asked = parseFunnel(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, asked.whole.siteId);
    await sendAnswer(deps, req, res, questionOf(pool, asked, clock()), startedAt);
  };
}

const echo = (asked: FunnelRequest, { from, to }: TimeRange) => {
  const { whole, names, stepLists, window, by, pastEnd, breakdown } = asked;
  return {
    ...(whole.includeBots && { include_bots: true }),
    ...{ filters: whole.filterList, steps: names.map((name, index) => ({ name, filters: stepLists[index] })), window },
    ...{ by, past_end: pastEnd, ...(breakdown && { breakdown }) },
    date_range: [from.toISOString(), to.toISOString()],
    ...(whole.weekStart && { week_start: whole.weekStart }),
  };
};

/** Visits are made of all events, whatever the filter. */
function rawReading(funnel: Funnel): RawReading {
  const { siteId, filter } = funnel;
  const range = eventRange(funnel);
  return asksVisits(funnel) ? { siteId, range: aroundVisits(range) } : { siteId, range, filter };
}

/** From segments if possible, otherwise from raw events. */
async function readAnswer(client: PoolClient, funnel: Funnel, reads: Reads): Promise<FunnelAnswer> {
  const answer = reads.engine && (await answerFunnel(client, reads.engine, funnel, reads));
  if (answer) return answer;
  reads.admit?.(await rawCost(client, rawReading(funnel)));
  return readFunnel(client, funnel, reads.signal);
}

function bodyOf({ names, breakdown, breakdownLimit }: FunnelRequest, answer: FunnelAnswer) {
  const steps = describeSteps(names, answer.whole);
  return breakdown ? { steps, breakdown: describeGroups(names, answer, breakdownLimit) } : { steps };
}

function questionOf(pool: Pool, asked: FunnelRequest, now: Date): Question {
  const { whole, steps, windowMs, by, pastEnd, breakdown } = asked;
  return {
    ...{ kind: 'funnel', siteId: whole.siteId, asked, reads: ['events'] },
    needsEvents: needsEvents(whole.dateRange),
    resolve(site) {
      const resolved = resolveQuery(whole, { now, ...site });
      const { siteId, timezone, range } = resolved;
      const filter = countedFilter(resolved);
      const patterns = { ofAll: patternsOf(filter), ofSteps: steps.flatMap(patternsOf) };
      const rules = { steps, windowMs, byVisit: by === 'visit', pastEnd, ...(breakdown && { breakdown }) };
      const funnel: Funnel = { siteId, range, ...(filter && { filter }), ...rules };
      // The visits may include events outside the range.
      const span = aroundVisits(eventRange(funnel));
      return {
        meaning: [range, timezone, metaOfSite(site, range)],
        span,
        isMomentary: followsClock([range.from, range.to], now),
        longestMs: patterns.ofAll.length + patterns.ofSteps.length > 0 ? patternTimeoutMs : undefined,
        async check(signal) {
          await checkPatterns(pool, patterns.ofAll, { signal });
          await checkPatterns(pool, patterns.ofSteps, { field: 'steps', signal });
        },
        async read(client, reads, signal) {
          const answer = await readAnswer(client, funnel, { ...reads, signal });
          const query = { site_id: siteId, timezone, ...echo(asked, range) };
          return {
            fields: { ...bodyOf(asked, answer), query },
            meta: { source: answer.source, ...metaOfSite(site, range), ...(await eventsSince(client, range.from)) },
          };
        },
      };
    },
  };
}
