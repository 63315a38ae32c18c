/** Sends random funnels, retention and journeys to the engine and checks the answers. */
import type { FunnelAnswer } from '@millrace/reporting/funnel/funnel';
import { readFunnel } from '@millrace/reporting/funnel/read-funnel';
import { readJourneys } from '@millrace/reporting/journeys/read-journeys';
import { readReturns } from '@millrace/reporting/retention/read-returns';
import { answerFunnel } from '@millrace/reporting/segments/answer-funnel';
import { answerJourneys } from '@millrace/reporting/segments/answer-journeys';
import { answerRetention } from '@millrace/reporting/segments/answer-retention';
import { type Asking, checkAnswer } from './check-answer.js';
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

async function checkFunnel(asking: Asking, subject: Subject): Promise<void> {
  const { client, engine, site, random } = asking;
  const question = randomFunnel(random, subject);
  const answer = await answerFunnel(client, engine, question, {});
  if (!answer) return;
  const plainly = () => countFunnelPlainly(site, question);
  const sql = async () => toPlain(await readFunnel(client, question));
  const { source } = answer;
  await checkAnswer(asking, { kind: 'funnels', question, ours: toPlain(answer), source, plainly, sql }, sqlShare);
}

async function checkRetention(asking: Asking, subject: Subject): Promise<void> {
  const { client, engine, site, random } = asking;
  const question = randomReturns(random, subject);
  const answer = question && (await answerRetention(client, engine, question, {}));
  if (!answer) return;
  const { source, ...ours } = answer;
  const plainly = () => countReturnsPlainly(site, question);
  const sql = () => readReturns(client, question);
  await checkAnswer(asking, { kind: 'returns', question, ours, source, plainly, sql }, sqlShare);
}

async function checkJourneys(asking: Asking, subject: Subject): Promise<void> {
  const { client, engine, site, random } = asking;
  const question = randomJourneys(random, subject);
  const answer = await answerJourneys(client, engine, question, {});
  if (!answer) return;
  const { source, ...ours } = answer;
  const plainly = () => countJourneysPlainly(site, question);
  const sql = () => readJourneys(client, question);
  await checkAnswer(asking, { kind: 'journeys', question, ours, source, plainly, sql }, sqlShare);
}

/** One query of each kind; a site without segments answers none of them. */
export async function checkBehaviour(asking: Asking, subject: Subject): Promise<void> {
  for (const ask of [checkFunnel, checkRetention, checkJourneys]) await ask(asking, subject);
}
