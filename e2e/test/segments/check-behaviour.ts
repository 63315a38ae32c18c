/** Sends random funnels, retention and journeys to the engine and checks the answers. */
import type { FunnelAnswer } from '@millrace/reporting/funnel/funnel';
import { readFunnel } from '@millrace/reporting/funnel/read-funnel';
import { readJourneys } from '@millrace/reporting/journeys/read-journeys';
import { readReturns } from '@millrace/reporting/retention/read-returns';
import { answerFunnel } from '@millrace/reporting/segments/answer-funnel';
import { answerJourneys } from '@millrace/reporting/segments/answer-journeys';
import { answerRetention } from '@millrace/reporting/segments/answer-retention';
import { type CheckContext, checkAnswer } from './check-answer.js';
import { countFunnelPlainly, inOrder, type PlainCounts, type PlainFunnel } from './plain/funnel.js';
import { countJourneysPlainly } from './plain/journeys.js';
import { countReturnsPlainly } from './plain/returns.js';
import { randomFunnel, randomJourneys, randomReturns, type Subject } from './random-behaviour.js';

/** Share of queries that are also checked against SQL. */
const sqlShare = 0.75;

const ascending = ({ users, times }: { users: number[]; times: Iterable<number>[] }): PlainCounts => ({
  users,
  times: times.map((list) => [...list].sort((a, b) => a - b)),
});

const toPlain = ({ total, byValue, textOf }: FunnelAnswer): PlainFunnel => ({
  whole: ascending(total),
  groups: inOrder([...byValue].map(([value, counts]) => [textOf(value), ascending(counts)])),
});

async function checkFunnel(context: CheckContext, subject: Subject): Promise<void> {
  const { client, engine, site, random } = context;
  const query = randomFunnel(random, subject);
  const answer = await answerFunnel(client, engine, query, {});
  if (!answer) return;
  const plainly = () => countFunnelPlainly(site, query);
  const sql = async () => toPlain(await readFunnel(client, query));
  const { source } = answer;
  await checkAnswer(context, { kind: 'funnels', query, ours: toPlain(answer), source, plainly, sql }, sqlShare);
}

async function checkRetention(context: CheckContext, subject: Subject): Promise<void> {
  const { client, engine, site, random } = context;
  const query = randomReturns(random, subject);
  const answer = query && (await answerRetention(client, engine, query, {}));
  if (!answer) return;
  const { source, ...ours } = answer;
  const plainly = () => countReturnsPlainly(site, query);
  const sql = () => readReturns(client, query);
  await checkAnswer(context, { kind: 'returns', query, ours, source, plainly, sql }, sqlShare);
}

async function checkJourneys(context: CheckContext, subject: Subject): Promise<void> {
  const { client, engine, site, random } = context;
  const query = randomJourneys(random, subject);
  const answer = await answerJourneys(client, engine, query, {});
  if (!answer) return;
  const { source, ...ours } = answer;
  const plainly = () => countJourneysPlainly(site, query);
  const sql = () => readJourneys(client, query);
  await checkAnswer(context, { kind: 'journeys', query, ours, source, plainly, sql }, sqlShare);
}

/** One query of each kind; a site without segments answers none of them. */
export async function checkBehaviour(context: CheckContext, subject: Subject): Promise<void> {
  for (const ask of [checkFunnel, checkRetention, checkJourneys]) await ask(context, subject);
}
