/** What the document says of making and changing sites, against what the service does. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { buildDocumentedApp, createJudge } from './documented-app.js';

interface Described {
  security: { key?: string[] }[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: { $ref: string } } } };
  responses: Record<string, unknown>;
}
const describedSite = describeApi().paths['/api/v1/sites/{site_id}'] as unknown as Record<string, Described>;
const judge = createJudge();

let database: TestDatabase;
let app: Express;
beforeAll(async () => {
  database = await createTestDatabase();
  app = buildDocumentedApp(database.pool).app;
});
afterAll(() => database.drop());

it.each([
  ['put', false],
  ['patch', true],
] as const)('%s of a site needs a body, and something in it, as described', async (method, isNeeded) => {
  await request(app).put('/api/v1/sites/there').expect(200);
  const { required, content } = describedSite[method]!.requestBody!;
  const schema = content['application/json'].schema.$ref.split('/').at(-1)!;
  expect(required).toBe(isNeeded);
  await request(app)
    [method]('/api/v1/sites/there')
    .expect(isNeeded ? 415 : 200);
  expect(judge(schema, {}) !== undefined).toBe(isNeeded);
  await request(app)
    [method]('/api/v1/sites/there')
    .send({})
    .expect(isNeeded ? 400 : 200);
});

it.each(['get', 'put', 'patch', 'delete'])('%s of a site says that it may be refused for load or time', (method) => {
  expect(Object.keys(describedSite[method]!.responses)).toEqual(expect.arrayContaining(['429', '503', '504']));
});

it.each([
  ['get', 'read'],
  ['put', 'admin'],
  ['patch', 'admin'],
  ['delete', 'admin'],
])('%s of a site says that it needs a key with scope %s unless reading is open', (method, scope) => {
  const { security, responses } = describedSite[method]!;
  expect(security).toEqual([{ key: [scope] }, { session: [] }, {}]);
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
});
