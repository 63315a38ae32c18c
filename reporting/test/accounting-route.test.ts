/** `GET /api/v1/accounting`: its range, and who has access. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import type { Express } from 'express';
import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDocumentedApp, createJudge } from './documented-app.js';

let database: TestDatabase;
let app: Express;
const clock = () => new Date('2026-11-14T10:20:00Z');
const judge = createJudge();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`insert into event_accounts (process, hour, accepted, rejected, processed, stored, dead_lettered) values
    (1, '2026-11-14T09:00Z', 100, 5, 90, 70, 2), (2, '2026-11-14T09:00Z', 10, 0, 12, 12, 0), (1, '2026-11-14T10:00Z', 3, 1, 0, 0, 0)`);
  app = buildDocumentedApp(database.pool, { clock }).app;
});
afterAll(() => database.drop());

const ask = (query = '', of = app) => request(of).get(`/api/v1/accounting${query}`);
const nothing = { received: 0, stored: 0, duplicate: 0, rejected: 0, dead_lettered: 0, in_flight: 0 };
const nine = { received: 117, stored: 82, duplicate: 18, rejected: 5, dead_lettered: 2, in_flight: 10 };
const ten = { ...nothing, received: 4, rejected: 1, in_flight: 3 };

it('returns each of the last 24 hours by default, oldest first', async () => {
  const { body } = await ask().expect(200);
  expect(judge('Accounting', body)).toBeUndefined();
  expect(body.hours).toHaveLength(24);
  expect(body.hours[0]).toEqual({ hour: '2026-11-13T11:00:00.000Z', ...nothing });
  expect(body.hours.slice(-2)).toEqual([
    { hour: '2026-11-14T09:00:00.000Z', ...nine },
    { hour: '2026-11-14T10:00:00.000Z', ...ten },
  ]);
  expect(body.totals).toEqual({
    received: 121,
    stored: 82,
    duplicate: 18,
    rejected: 6,
    dead_lettered: 2,
    in_flight: 13,
  });
});

it('accepts whole hours as instants, or whole days', async () => {
  const { body } = await ask('?from=2026-11-14T09:59:00Z&to=2026-11-14T10:00:00Z').expect(200);
  expect(body).toEqual({ hours: [{ hour: '2026-11-14T09:00:00.000Z', ...nine }], totals: nine });
  const days = await ask('?from=2026-11-13&to=2026-11-14').expect(200);
  expect(days.body.hours).toHaveLength(48);
  expect(days.body.totals.received).toBe(121);
});

it.each([
  ['?from=yesterday', 'from must be a UTC date or an instant, such as 2026-11-14 or 2026-11-14T10:00:00Z'],
  [
    '?from=2026-11-14&from=2026-11-15',
    'from must be a UTC date or an instant, such as 2026-11-14 or 2026-11-14T10:00:00Z',
  ],
  ['?from=2026-11-15&to=2026-11-14T00:00:00Z', 'from must be before to'],
  ['?from=2020-01-01', 'from must be at most 10,000 hours before to'],
])('refuses %s', async (query, message) => {
  const { body } = await ask(query).expect(400);
  expect(body.error).toEqual({ code: 'invalid_request', message, details: { field: 'from' } });
});

it('requires an admin key for all sites', async () => {
  const keyed = buildDocumentedApp(database.pool, { clock, keys: createKeyRing(database.pool, silent) }).app;
  const withKey = async (scope: 'read' | 'admin', siteId?: string) => {
    const { key } = await createKey(database.pool, { name: 'a key', scopes: [scope], siteId });
    return ask('', keyed).set('authorization', `Bearer ${key}`);
  };
  expect((await ask('', keyed)).status).toBe(401);
  expect((await withKey('read')).status).toBe(403);
  expect((await withKey('admin', 'shop')).status).toBe(403);
  expect((await withKey('admin')).status).toBe(200);
});
