/** `POST /api/v1/retention`: cohorts by the period of a first event, and returns by another event. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import type { RequestHandler } from 'express';
import { followsClock, type Question, type ResolvedQuestion } from '../cache/cacheable-query.js';
import { type AnswerDependencies, sendAnswer } from '../cache/send-answer.js';
import { readJson } from '../http/read-json.js';
import { countedFilter } from '../query/counted-filter.js';
import { rawCost } from '../query/reading-cost.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from '../query-request/check-patterns.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import { eventsSince } from '../reading/events-since.js';
import type { Reads } from '../reading/read-in-turn.js';
import { metaOfSite, needsEvents, type SiteCircumstances } from '../reading/site-circumstances.js';
import { periodsOf, returnPeriods } from '../retention/cohort-periods.js';
import { describeReturns } from '../retention/describe-returns.js';
import { maxPeriods, refuseSoMany } from '../retention/parse-retention.js';
import { parseReturns, type ReturnsRequest } from '../retention/parse-returns.js';
import { asksVisits, readReturns } from '../retention/read-returns.js';
import { emptyTable, type ReturnsParams } from '../retention/return-table.js';
import { answerReturns, type ReturnsAnswer } from '../segments/answer-returns.js';
import { aroundVisits } from '../segments/visit-rules.js';
import { withFixedFilters } from '../share-links/guest.js';

export function returnsRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const asked = parseReturns(withFixedFilters(res, await readJson(req, res)));
    checkSite(res, asked.whole.siteId);
    await sendAnswer(deps, req, res, questionOf(pool, asked, clock()), startedAt);
  };
}

type Returned = Omit<ReturnsAnswer, 'source'> & { source: ReturnsAnswer['source'] | 'raw' };

/** `client` must be in a transaction with one snapshot. */
async function answer(client: PoolClient, question: ReturnsParams, reads: Reads): Promise<Returned> {
  const { siteId, bounds, filter } = question;
  if (bounds.length < 2) return { whole: emptyTable(0), ofValues: [], source: 'raw' };
  const found = reads.engine && (await answerReturns(client, reads.engine, question, reads));
  if (found) return found;
  const range = { from: bounds[0]!, to: bounds.at(-1)! };
  const cost = asksVisits(question) ? { siteId, range: aroundVisits(range) } : { siteId, range, filter };
  reads.admit?.(await rawCost(client, cost));
  return { ...(await readReturns(client, question)), source: 'raw' };
}

function questionOf(pool: Pool, asked: ReturnsRequest, now: Date): Question {
  const { whole } = asked;
  return {
    ...{ kind: 'retention', siteId: whole.siteId, asked, reads: ['events'], needsEvents: needsEvents(whole.dateRange) },
    resolve: (site) => resolveReturns(pool, asked, now, site),
  };
}

function resolveReturns(pool: Pool, asked: ReturnsRequest, now: Date, site: SiteCircumstances): ResolvedQuestion {
  const { whole, period, first, returning, breakdown, breakdownLimit } = asked;
  const resolved = resolveQuery(whole, { now, ...site });
  const { siteId, timezone, range } = resolved;
  const filter = countedFilter(resolved);
  const touched = periodsOf(range, period, timezone, now, maxPeriods, whole.weekStart);
  if (touched.labels.length > maxPeriods) throw refuseSoMany(period);
  const periods = returnPeriods(touched, range, now);
  const question: ReturnsParams = {
    ...{ siteId, breakdownLimit, bounds: periods.bounds },
    ...(filter && { filter }),
    ...(first && { first }),
    ...(returning && { returning }),
    ...(breakdown && { breakdown }),
  };
  const query = echo(asked, { site_id: siteId, timezone, date_range: [range.from, range.to] });
  return {
    meaning: [query, periods, metaOfSite(site, range)],
    span: asksVisits(question) ? aroundVisits(range) : range,
    isMomentary: followsClock([range.from, range.to], now),
    ...checksOf(pool, question),
    async read(client, reads) {
      const { source, ...returns } = await answer(client, question, reads);
      const fields = { ...describeReturns(returns, periods.shown, breakdown !== undefined), query };
      return { fields, meta: { source, ...metaOfSite(site, range), ...(await eventsSince(client, range.from)) } };
    },
  };
}

function checksOf(pool: Pool, { filter, first, returning }: ReturnsParams) {
  const patterns = { filters: patternsOf(filter), first: patternsOf(first), returning: patternsOf(returning) };
  const hasPatterns = Object.values(patterns).some((list) => list.length > 0);
  return {
    longestMs: hasPatterns ? patternTimeoutMs : undefined,
    async check(signal: AbortSignal) {
      for (const [field, list] of Object.entries(patterns)) await checkPatterns(pool, list, { field, signal });
    },
  };
}

const echo = ({ whole, period, shown, breakdown, breakdownLimit }: ReturnsRequest, place: object) => ({
  ...place,
  ...(whole.weekStart && { week_start: whole.weekStart }),
  ...{ period, filters: whole.filterList, ...shown },
  ...(whole.includeBots && { include_bots: true }),
  ...(breakdown && { breakdown, breakdown_limit: breakdownLimit }),
});
