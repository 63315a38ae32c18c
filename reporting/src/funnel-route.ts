/** `POST /api/v1/funnel`: the users who got to each step of a funnel, and those who were lost on the way. */
import { checkSite } from '@millrace/shared/access/require-scope';
import type { Pool } from '@millrace/shared/postgres';
import type { RequestHandler } from 'express';
import { followsClock, type Question } from './cache/question.js';
import { type AnswerDependencies, sendAnswer } from './cache/send-answer.js';
import { describeFunnel } from './funnel/describe-funnel.js';
import { type FunnelRequest, parseFunnel } from './funnel/parse-funnel.js';
import { readFunnel } from './funnel/read-funnel.js';
import { checkPatterns, patternsOf, patternTimeoutMs } from './query/check-patterns.js';
import { needsEvents } from './query/read-circumstances.js';
import { rawCost } from './query/reading-cost.js';
import { resolveQuery } from './query-request/resolve-query.js';
import { readJson } from './read-json.js';

export function funnelRoute(deps: AnswerDependencies): RequestHandler {
  const { pool, clock = () => new Date() } = deps;
  return async (req, res) => {
    const startedAt = performance.now();
    const asked = parseFunnel(await readJson(req, res));
    checkSite(res, asked.whole.siteId);
    await sendAnswer(deps, req, res, questionOf(pool, asked, clock()), startedAt);
  };
}

const echo = ({ whole, names, stepLists, window }: FunnelRequest, { from, to }: { from: Date; to: Date }) => ({
  ...{ filters: whole.filterList, steps: names.map((name, index) => ({ name, filters: stepLists[index] })), window },
  date_range: [from.toISOString(), to.toISOString()],
  ...(whole.weekStart && { week_start: whole.weekStart }),
});

/** A funnel always reads raw events. */
function questionOf(pool: Pool, asked: FunnelRequest, now: Date): Question {
  const { whole, names, steps, windowMs } = asked;
  return {
    ...{ kind: 'funnel', siteId: whole.siteId, asked, reads: ['events'] },
    needsEvents: needsEvents(whole.dateRange),
    resolve({ siteKnown, ...site }) {
      const { siteId, timezone, range, filter } = resolveQuery(whole, { now, ...site });
      const patterns = { ofAll: patternsOf(filter), ofSteps: steps.flatMap(patternsOf) };
      const events = { siteId, range, ...(filter && { filter }) };
      return {
        meaning: [range, timezone, siteKnown],
        span: range,
        isMomentary: followsClock([range.from, range.to], now),
        longestMs: patterns.ofAll.length + patterns.ofSteps.length > 0 ? patternTimeoutMs : undefined,
        async check(signal) {
          await checkPatterns(pool, patterns.ofAll, { signal });
          await checkPatterns(pool, patterns.ofSteps, { field: 'steps', signal });
        },
        async read(client, reads, signal) {
          reads.admit?.(await rawCost(client, events));
          const users = await readFunnel(client, { ...events, steps, windowMs }, signal);
          const query = { site_id: siteId, timezone, ...echo(asked, range) };
          return {
            fields: { steps: describeFunnel(names, users), query },
            meta: { source: 'raw', site_known: siteKnown },
          };
        },
      };
    },
  };
}
