/** What a client gets when its time budget ends before a response has started. */
import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { sendAnswer } from '../src/cache/send-answer.js';
import { budgetOf, startBudgets } from '../src/reading/read-budget.js';

/** An app with a route that never answers. */
function build(checkDatabase: () => Promise<boolean>) {
  const app = express();
  const stopped: boolean[] = [];
  app.use(startBudgets(checkDatabase, { stopMs: 10, checkMs: 20, answerMs: 60 }));
  app.get('/', (_req, res) => {
    budgetOf(res).signal.addEventListener('abort', () => stopped.push(true));
  });
  return { app, stopped };
}

it('answers that the query took too long when the database responds to others', async () => {
  const { app, stopped } = build(async () => true);
  const { body } = await request(app).get('/').expect(504);
  expect(body.error.code).toBe('query_timeout');
  expect(stopped).toEqual([true]);
});

it('sends nothing more when the answer comes later', async () => {
  const app = express();
  app.use(startBudgets(async () => true, { stopMs: 10, checkMs: 20, answerMs: 60 }));
  let answered = () => {};
  const isAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const given = { body: Buffer.from('{"a":1}'), meta: {}, status: 'computed', computedAt: 0, etag: undefined };
  const cache = { get: () => isAnswered.then(() => given) };
  const sent = new Promise((resolve, reject) => {
    app.get('/', (req, res) => {
      sendAnswer({ cache } as never, req, res, {} as never, 0).then(resolve, reject);
    });
  });
  await request(app).get('/').expect(504);
  answered();
  await expect(sent).resolves.toBeUndefined();
});

it.each([
  ['cannot be reached', () => Promise.reject(new Error('refused'))],
  ['does not answer', () => new Promise<boolean>(() => {})],
])('answers that the database is unavailable when it %s', async (_what, checkDatabase) => {
  const { body, headers } = await request(build(checkDatabase).app).get('/').expect(503);
  expect(body.error.code).toBe('database_unavailable');
  expect(headers['retry-after']).toBe('1');
});
