/** The document at `/openapi.json` and the page at `/docs`. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let app: Express;
let routes: string[];

beforeAll(async () => {
  database = await createTestDatabase();
  ({ app, routes } = buildDocumentedApp(database.pool));
});
afterAll(() => database.drop());

describe('the document', () => {
  it('keeps the rules of OpenAPI 3.1', async () => {
    const { body } = await request(app)
      .get('/openapi.json')
      .expect(200)
      .expect('content-type', /^application\/json/);
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the service, and no other', () => {
    const documented = Object.entries(describeApi().paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.filter((route) => !route.startsWith('GET /docs/')));
  });

  it('refers only to schemas that it has, and has none that nothing refers to', () => {
    const { paths, components } = describeApi();
    const text = JSON.stringify({ paths, components });
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(components.schemas).sort());
  });

  it('has a name of its own for each operation', () => {
    const names = JSON.stringify(describeApi().paths).match(/"operationId":"\w+"/g)!;
    expect(new Set(names).size).toBe(names.length);
  });
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
