/** What the OpenAPI document of every service is tested for. */
import type { OpenApiDocument } from '@millrace/shared/openapi/operation';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Express } from 'express';
import request from 'supertest';
import { expect, it } from 'vitest';

interface Documented {
  document: OpenApiDocument;
  /** Both are called within the tests, when the app has been built. */
  app(): Express;
  /** Such as `GET /stats/{site_id}`, without the files of the page at `/docs`. */
  routes(): string[];
}

const operationsOf = ({ paths }: OpenApiDocument) =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([name]) => name !== 'parameters')
      .map(([method, operation]) => ({ method, path, id: (operation as { operationId: string }).operationId })),
  );

/** Registers the tests. */
export function testDocument({ document, app, routes }: Documented): void {
  it('is valid OpenAPI 3.1', async () => {
    const { body } = await request(app())
      .get('/openapi.json')
      .expect(200)
      .expect('content-type', /^application\/json/);
    expect(body).toEqual(JSON.parse(JSON.stringify(document)));
    const validator = new Validator();
    expect(await validator.validate(body)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route of the service, and no other', () => {
    const documented = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(documented.sort()).toEqual(routes().sort());
  });

  it('refers only to schemas that it has, and has none that nothing refers to', () => {
    const { paths, components } = document;
    const text = JSON.stringify({ paths, components });
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(components.schemas).sort());
  });

  it('has a different operationId for each operation', () => {
    const ids = operationsOf(document).map(({ id }) => id);
    expect(ids.every(Boolean)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is mentioned in a 404, since the port is often wrong', async () => {
    const { body } = await request(app()).get('/nowhere').expect(404);
    const service = document.info.title.replace('Millrace ', '');
    expect(body.error).toEqual({
      code: 'not_found',
      message: `There is no resource at this URL. This is the ${service} service; see /docs for its URLs.`,
    });
  });
}
