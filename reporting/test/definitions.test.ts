/** The definitions of names, as in docs/query.md, are public. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { renderDefinitions } from '../src/openapi/render-definitions.js';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ask = () => {
  const keys = createKeyRing(database.pool, silent);
  return request(buildDocumentedApp(database.pool, { keys }).app).get('/api/v1/definitions').expect(200);
};

it('need no key, can be cached for an hour, and match the document', async () => {
  const { body, headers } = await ask();
  expect(headers['cache-control']).toBe('public, max-age=3600');
  expect(createJudge()('Definitions', body)).toBeUndefined();
});

it('equal those of docs/query.md', async () => {
  const { body } = await ask();
  const page = renderDefinitions();
  for (const kind of ['metrics', 'dimensions', 'operators', 'ranges', 'comparison', 'match']) {
    for (const [name, meaning] of Object.entries(body[kind])) expect(page).toContain(`| \`${name}\` | ${meaning} |`);
  }
  for (const [name, meaning] of Object.entries(body.time)) expect(page).toContain(`| \`time:${name}\` | ${meaning} |`);
  expect(page).toContain(body.bots);
  expect(body.metrics.views).toBe('Events in scope of type `view`.');
  expect(body.ai_crawlers).toContain('GPTBot');
  expect(body.ai_crawlers).not.toContain('Googlebot');
});
