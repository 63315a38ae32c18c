/** The document at `/openapi.json` and the page at `/docs`. */
import { routesOf } from '@millrace/shared/testing/app-routes';
import { Validator } from '@seriousme/openapi-schema-validator';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../../src/openapi/describe-api.js';
import { methodsByPath } from '../../src/wires/wires.js';
import { buildDocumentedApp } from './documented-service.js';

const app = buildDocumentedApp({ enqueue: async () => undefined, drain: async () => {} });

/** A route of Express; the hash of a script is written out in one and a pattern in another. */
const nameOf = (route: string) =>
  route
    .replace(/ \/\^\\?(.*)\$\/$/, ' $1')
    .replaceAll('\\', '')
    .replace(/\.(?:[0-9a-f]{12}|\[0-9a-f\]\{12\})\.js$/, '.{hash}.js');

describe('the document', () => {
  it('follows OpenAPI 3.1', async () => {
    const { body } = await request(app)
      .get('/openapi.json')
      .expect(200)
      .expect('content-type', /^application\/json/);
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the event lane and of the app, and no other', () => {
    const documented = Object.entries(describeApi().paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((name) => name !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    );
    const ofLane = [...methodsByPath].flatMap(([path, methods]) =>
      methods.split(', ').map((method) => `${method} ${path}`),
    );
    const ofApp = new Set(routesOf(app).map(nameOf));
    const routes = [...ofLane, ...ofApp].filter((route) => !route.startsWith('GET /docs/'));
    expect(documented.sort()).toEqual(routes.sort());
  });

  it('refers only to schemas that it has, and has none that nothing refers to', () => {
    const { paths, components } = describeApi();
    const text = JSON.stringify({ paths, components });
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(components.schemas).sort());
  });

  it('has a different operationId for each operation', () => {
    const names = JSON.stringify(describeApi().paths).match(/"operationId":"\w+"/g)!;
    expect(new Set(names).size).toBe(names.length);
  });
});

it('is shown at /docs, which GET / names', async () => {
  const { body } = await request(app).get('/').expect(200);
  expect(body).toMatchObject({ service: 'ingestion', docs: '/docs' });
  const { text } = await request(app)
    .get(body.docs)
    .expect(200)
    .expect('content-type', /^text\/html/);
  expect(text).toContain('<title>Millrace ingestion</title>');
  for (const [, file] of text.matchAll(/(?:src|href)="([^"]+)"/g)) await request(app).get(`/${file}`).expect(200);
});
