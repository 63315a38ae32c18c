/** Sends many random queries about one range to the engine at once, like the panels of a dashboard, and checks the answers. */
import { answerBatch, type Batch } from '@millrace/reporting/query/answer-batch';
import { type Answer, answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { Filter, ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import type { Panel } from '@millrace/reporting/segments/answer-panels';
import { type CheckContext, checkAnswer, DifferenceError } from './check-answer.js';
import { answerPlainly } from './plain/query.js';
import type { Subject } from './random-behaviour.js';
import { randomQuery, randomRange } from './random-queries.js';

/** Shares of queries that segments cannot answer, that are compared with another range, that are sent alone, and that are checked against SQL. */
const shares = { sessions: 0.003, comparison: 0.02, alone: 0.0165, sql: 0.0165 };

/** Not in segments, so such queries are answered separately. */
const ofSessions: Filter = { op: 'is_set', dimension: 'session_id', values: [] };

interface Common {
  filter?: Filter;
  includeBots?: true;
}

function randomPanel({ random }: CheckContext, { siteId, now, range, filter: draw }: Subject, ofAll: Common): Panel {
  const { filter: common, ...bots } = ofAll;
  const { filter: drawn, includeBots: _includeBots, ...query } = randomQuery(random, now, siteId, range, draw);
  const own = drawn && random() < shares.sessions ? { op: 'or' as const, filters: [drawn, ofSessions] } : drawn;
  const filters = [common, own].filter((each) => each !== undefined);
  const isCompared = query.buckets === undefined && random() < shares.comparison;
  return {
    query: {
      ...{ ...query, ...bots },
      ...(filters.length > 0 && { filter: { op: 'and', filters } }),
      ...(isCompared && { comparison: { range: randomRange(random, now) } }),
    },
    ...(own && { ownFilter: own }),
  };
}

/** Each query is answered once. */
async function askTogether({ client, engine }: CheckContext, batch: Batch): Promise<Answer[]> {
  const answers: Answer[] = [];
  await answerBatch(client, batch, { engine }, (index, answer) => {
    if (answers[index]) throw new DifferenceError('queries', batch, { once: answers[index], again: answer });
    answers[index] = answer;
  });
  return answers;
}

async function askSql({ client }: CheckContext, query: ResolvedQuery): Promise<Omit<Answer, 'source'>> {
  if (!query.comparison) return readRaw(client, query);
  const { source: _source, ...answer } = await answerQuery(client, query);
  return answer;
}

async function checkPanel(context: CheckContext, query: ResolvedQuery, answer: Answer): Promise<void> {
  const { client, engine, site, random } = context;
  const { source, ...ours } = answer;
  const plainly = () => answerPlainly(site, query);
  const sql = () => askSql(context, query);
  await checkAnswer(context, { kind: 'queries', query: query, ours, source, plainly, sql }, shares.sql);
  if (random() >= shares.alone) return;
  const { source: _source, ...alone } = await answerQuery(client, query, { engine });
  await checkAnswer(context, { kind: 'queries alone', query: query, ours: alone, source, plainly, sql }, 0);
}

export async function checkPanels(context: CheckContext, subject: Subject, count: number): Promise<void> {
  const { random } = context;
  const filter = random() < 0.7 ? subject.filter() : undefined;
  const common = { ...(filter && { filter }), ...(random() < 0.15 && { includeBots: true as const }) };
  const queries = Array.from({ length: count }, () => randomPanel(context, subject, common));
  const answers = await askTogether(context, { queries, ...(filter && { filter }) });
  for (const [index, { query }] of queries.entries()) await checkPanel(context, query, answers[index]!);
}
