/** Every URL of the service answers 405 to the methods that it does not support, before it asks for a key. */
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { findWrongAnswers, methodsByPath } from '@millrace/shared/testing/wrong-methods';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedRoutes } from '../src/share-links/shared-routes.js';
import { buildDocumentedApp } from './documented-app.js';

let database: TestDatabase;
let keys: KeyRing;
beforeAll(async () => {
  database = await createTestDatabase();
  keys = createKeyRing(database.pool, silent);
});
afterAll(async () => {
  await keys.close();
  await database.drop();
});

/** Routes of the documentation and of shared links have only one spelling. */
const isStrict = (path: string) => /^\/(docs|openapi\.json|share)/.test(path);
const fill = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, value);
const spell = (path: string) =>
  isStrict(path)
    ? [fill(path, 'x'), `${fill(path, 'x')}?a=b`]
    : [fill(path, 'x'), fill(path, 'a%20b%2F'), `${fill(path, 'x')}/`, fill(path, 'x').toUpperCase()];

describe.each(['open', 'key'])('with READ_AUTH=%s', (auth) => {
  it('every route', async () => {
    const { app, routes } = buildDocumentedApp(database.pool, auth === 'key' ? { keys } : {});
    const { tried, problems } = await findWrongAnswers(app, methodsByPath(routes), { spell });
    expect(problems).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  });

  it('every route of a shared link, whether the link exists or not', async () => {
    const { app } = buildDocumentedApp(database.pool, auth === 'key' ? { keys } : {});
    const routes = sharedRoutes.map((route) => route.replace(' ', ' /share/AbCdEfGhIjKlMnOpQrStUv/api/v1'));
    const { tried, problems } = await findWrongAnswers(app, methodsByPath(routes), { spell });
    expect(problems).toEqual([]);
    expect(tried).toBeGreaterThan(100);
    await request(app).post('/share/AbCdEfGhIjKlMnOpQrStUv/api/v1/exports').expect(404);
  });
});

it('files of the dashboard', async () => {
  const { app } = buildDocumentedApp(database.pool);
  const { text } = await request(app).get('/').set('accept', 'text/html').expect(200);
  const file = /assets\/[^"]+\.js/.exec(text)![0];
  const { problems } = await findWrongAnswers(app, methodsByPath([`GET /${file}`]));
  expect(problems).toEqual([]);
});
