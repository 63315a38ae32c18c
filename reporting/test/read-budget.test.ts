/** What a request is answered when its time is up and nothing has been said yet. */
import express from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';
import { budgetOf, startBudgets } from '../src/reading/read-budget.js';

/** Has a route that never answers. */
function build(askDatabase: () => Promise<boolean>) {
  const app = express();
  const stopped: boolean[] = [];
  app.use(startBudgets(askDatabase, { stopMs: 10, askMs: 20, answerMs: 60 }));
  app.get('/', (_req, res) => {
    budgetOf(res).signal.addEventListener('abort', () => stopped.push(true));
  });
  return { app, stopped };
}

it('is told that the query took too long, when the database is well', async () => {
  const { app, stopped } = build(async () => true);
  const { body } = await request(app).get('/').expect(504);
  expect(body.error.code).toBe('query_timeout');
  expect(stopped).toEqual([true]);
});

it.each([
  ['cannot be reached', () => Promise.reject(new Error('refused'))],
  ['does not answer', () => new Promise<boolean>(() => {})],
])('is told that the database is unavailable, when it %s', async (_what, askDatabase) => {
  const { body, headers } = await request(build(askDatabase).app).get('/').expect(503);
  expect(body.error.code).toBe('database_unavailable');
  expect(headers['retry-after']).toBe('1');
});
