/** What the dashboard learns about its installation. */
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { configSchema } from '../src/config.js';
import { createGate } from '../src/reading/gate.js';
import { createJudge } from './documented-app.js';
import { exportsOn } from './export-stack.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function settingsOf(ingestionUrl?: string): Promise<unknown> {
  const { pool } = database;
  const service = { logger: silent, telemetry: createTelemetry(), isClosing: () => false, health: {} };
  const gate = createGate({ maxConcurrent: 2, maxWaiting: 20, maxWaitMs: 10_000 });
  const app = buildApp({ ...service, pool, writePool: pool, gate, exports: exportsOn(pool), pages: { ingestionUrl } });
  return (await request(app).get('/api/v1/page-settings').expect(200)).body;
}

it('returns where events are sent, as far as it is configured', async () => {
  const answers = [await settingsOf('https://events.example.org/in/'), await settingsOf()];
  expect(answers).toEqual([{ ingestion_url: 'https://events.example.org/in' }, { ingestion_url: null }]);
  expect(answers.map((answer) => createJudge()('PageSettings', answer))).toEqual([undefined, undefined]);
});

it('refuses an invalid address at startup', () => {
  const validate = (INGESTION_URL: string) =>
    configSchema.validate({ DATABASE_URL: 'postgres://localhost/x', INGESTION_URL }).error?.message;
  expect(validate('https://events.example.org')).toBeUndefined();
  expect(validate('events.example.org')).toContain('INGESTION_URL');
});
