/** The document at `/openapi.json` and the page at `/docs`. */
import { routesWithoutDocs } from '@millrace/shared/testing/app-routes';
import { testDocument } from '@millrace/shared/testing/openapi-document';
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

const ofLane = [...methodsByPath].flatMap(([path, methods]) =>
  methods.split(', ').map((method) => `${method} ${path}`),
);

describe('the document', () => {
  testDocument({
    document: describeApi(),
    app: () => app,
    routes: () => [...ofLane, ...new Set(routesWithoutDocs(app).map(nameOf))],
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
