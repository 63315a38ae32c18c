/** The document at `/openapi.json` and the page at `/docs`. */
import { routesOf } from '@millrace/shared/testing/app-routes';
import { Validator } from '@seriousme/openapi-schema-validator';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../src/openapi/describe-api.js';
import { type DocumentedApp, openDocumentedApp, operations } from './documented-app.js';

let service: DocumentedApp;
beforeAll(async () => {
  service = await openDocumentedApp();
});
afterAll(() => service.close());

describe('the document', () => {
  it('is valid OpenAPI 3.1, and needs no key', async () => {
    const { body } = await request(service.app)
      .get('/openapi.json')
      .expect(200)
      .expect('content-type', /^application\/json/);
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the service, and no other', () => {
    const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(documented.sort()).toEqual(routesOf(service.app).filter((route) => !route.startsWith('GET /docs/')));
  });

  it('refers only to schemas that it has, and has none that nothing refers to', () => {
    const { paths, components } = describeApi();
    const text = JSON.stringify({ paths, components });
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(components.schemas).sort());
  });

  it('has a name of its own for each operation', () => {
    const names = operations.map(({ id }) => id);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has an example of every JSON body', () => {
    const { schemas } = describeApi().components;
    const bodies = operations.flatMap(({ requestBody }) => requestBody?.content['application/json']?.schema.$ref ?? []);
    const without = bodies.map((name) => String(name).split('/').at(-1)!).filter((name) => !schemas[name]!.examples);
    expect(without).toEqual([]);
  });
});

it('says at / where the documentation is, and serves it without a key', async () => {
  const { docs } = (await request(service.app).get('/').expect(200)).body;
  expect(docs).toBe('/docs');
  const { text } = await request(service.app)
    .get(docs)
    .expect(200)
    .expect('content-type', /^text\/html/);
  expect(text).toContain('<title>Millrace scheduler</title>');
  const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => `/${address}`);
  expect(addresses).toHaveLength(4);
  for (const address of addresses) await request(service.app).get(address).expect(200);
});
