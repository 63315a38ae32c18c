/** The document at `/openapi.json` and the page at `/docs`. */
import { routesWithoutDocs } from '@millrace/shared/testing/app-routes';
import { testDocument } from '@millrace/shared/testing/openapi-document';
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
  testDocument({ document: describeApi(), app: () => service.app, routes: () => routesWithoutDocs(service.app) });

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
