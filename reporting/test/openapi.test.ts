/** The document at `/openapi.json` and the page at `/docs`. */
import { routesWithoutDocs } from '@millrace/shared/testing/app-routes';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { testDocument } from '@millrace/shared/testing/openapi-document';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { buildDocumentedApp } from './documented-app.js';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
const document = describeApi();

let database: TestDatabase;
let app: Express;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ app } = buildDocumentedApp(database.pool));
});
afterAll(() => database.drop());

describe('the document', () => {
  testDocument({ document, app: () => app, routes: () => routesWithoutDocs(app) });

  const operations = Object.entries(document.paths).flatMap(([path, at]) =>
    Object.entries(at as Record<string, { responses: object }>)
      .filter(([name]) => path.includes('{') && name !== 'parameters')
      .map(([method, { responses }]) => [method as Method, path, Object.keys(responses)] as const),
  );
  it.each(operations)(
    'says that %s %s answers 404, as for a path that cannot be decoded',
    async (method, path, statuses) => {
      await request(app)
        [method](path.replaceAll(/\{\w+\}/g, '%zz'))
        .expect(404);
      expect(statuses).toContain('404');
    },
  );
});

describe('the page', () => {
  it('runs and loads only what the service itself serves', async () => {
    const { headers, text } = await request(app)
      .get('/docs')
      .expect(200)
      .expect('content-type', /^text\/html/);
    expect(headers['content-security-policy']).toContain(`default-src 'none'; script-src 'self'; style-src 'self'`);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(text).not.toMatch(/<script>|<style| on\w+=|style=|https?:/);
    const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => `/${address}`);
    expect(addresses).toEqual([
      '/docs/swagger-ui.css',
      '/docs/favicon-32x32.png',
      '/docs/swagger-ui-bundle.js',
      '/docs/show.js',
    ]);
    for (const address of addresses) await request(app).get(address).expect(200);
  });
  it.each(['/docs/package.json', '/docs/..%2f..%2fpackage.json', '/docs/index.html', '/docs/'])(
    'has nothing at %s',
    async (address) => void (await request(app).get(address).expect(404)),
  );
});
