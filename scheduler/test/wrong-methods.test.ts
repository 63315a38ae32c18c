/** Every URL of the service answers 405 to the methods that it does not support, before it asks for a key. */
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { routesOf } from '@millrace/shared/testing/app-routes';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { findWrongAnswers, methodsByPath } from '@millrace/shared/testing/wrong-methods';
import type { Express } from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { type Config, configSchema } from '../src/config.js';
import { openQueues, type Queues } from '../src/open-queues.js';
import { createScheduler } from '../src/schedules/scheduler.js';

const envelope = { success: false };
let database: TestDatabase;
let keys: KeyRing;
let queues: Queues;
let app: Express;

beforeAll(async () => {
  database = await createTestDatabase();
  queues = openQueues(testQueue('postgres', database), silent);
  keys = createKeyRing(database.pool, silent);
  const config: Config = configSchema.validate({ DATABASE_URL: database.url }, { stripUnknown: true }).value;
  const service = { logger: silent, telemetry: createTelemetry(), health: {}, isClosing: () => false };
  const deps = { ...service, pool: database.pool, queues, keys, config };
  app = buildApp({ ...deps, scheduler: createScheduler({ ...deps, retry: {} }) });
});
afterAll(async () => {
  await queues.close();
  await keys.close();
  await database.drop();
});

const fill = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, value);

it('every route of the API', async () => {
  const isStrict = (path: string) => /^\/(docs|openapi\.json)/.test(path);
  const spell = (path: string) =>
    isStrict(path) ? [path] : [fill(path, 'x'), `${fill(path, 'a%20b')}/?a=b`, fill(path, 'x').toUpperCase()];
  const { tried, problems } = await findWrongAnswers(app, methodsByPath(routesOf(app)), { spell, envelope });
  expect(problems).toEqual([]);
  expect(tried).toBeGreaterThan(500);
});

it('every route of the queue page, after a login', async () => {
  const { key } = await createKey(database.pool, { name: 'tester', scopes: ['admin'] });
  const routes = appRoutes.api.flatMap(({ method, route }) =>
    [method].flat().map((each) => `${each.toUpperCase()} /admin/queues${route}`),
  );
  const { tried, problems } = await findWrongAnswers(app, methodsByPath(routes), {
    ...{ envelope, headers: { authorization: `Bearer ${key}` } },
    spell: (path) => [path.replaceAll(/:\w+/g, 'x')],
  });
  expect(problems).toEqual([]);
  expect(tried).toBeGreaterThan(100);
});
