/** While Postgres is frozen with open connections, every read route answers within 20 s, and services can still stop. */
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOwnPostgres, type OwnPostgres } from './own-postgres.js';

let postgres: OwnPostgres;
let database: TestDatabase;
let reporting: SpawnedService;
let ingestion: SpawnedService;

beforeAll(async () => {
  postgres = await makeOwnPostgres();
  database = await createTestDatabase({ serverUrl: postgres.url });
  await database.pool.query(`insert into sites (site_id) values ('demo')`);
  reporting = await spawnService('reporting', { DATABASE_URL: database.url });
  ingestion = await spawnService('ingestion', { DATABASE_URL: database.url });
});
afterAll(async () => {
  await Promise.all([reporting.end(), ingestion.end()]);
  await database.drop();
  await postgres.remove();
});

const body = { site_id: 'demo', metrics: ['views'], date_range: 'all' };
const step = { filters: ['is', 'path', ['/']] };
const reads: [string, string, object?][] = [
  ['GET', '/stats?site_id=demo&date=2025-11-14'],
  ['POST', '/api/v1/query', body],
  ['POST', '/api/v1/query', { ...body, filters: ['matches', 'path', ['^/a']] }],
  ['POST', '/api/v1/funnel', { site_id: 'demo', date_range: '7d', steps: [step, step] }],
  ['GET', '/api/v1/retention?site_id=demo&period=week&date_range=30d'],
  ['GET', '/api/v1/sites'],
  ['GET', '/api/v1/sites/demo'],
  ['PATCH', '/api/v1/sites/demo', { name: 'Demo' }],
];

async function ask([method, path, sent]: (typeof reads)[number]): Promise<number> {
  const answer = await fetch(`${reporting.url}${path}`, {
    method,
    ...(sent && { body: JSON.stringify(sent), headers: { 'content-type': 'application/json' } }),
    // The documented limit.
    signal: AbortSignal.timeout(20_000),
  });
  await answer.text();
  return answer.status;
}

it('refuses every read within 20 s while Postgres is frozen, and answers again afterwards', async () => {
  expect(await Promise.all(reads.map(ask))).toEqual(reads.map(() => 200));
  postgres.signal('SIGSTOP');
  try {
    const statuses = await Promise.all(reads.map(ask));
    for (const status of statuses) expect([503, 504]).toContain(status);
    expect(await ingestion.end()).toBe(0);
  } finally {
    postgres.signal('SIGCONT');
  }
  await eventually(async () => (await Promise.all(reads.map(ask))).every((status) => status === 200), 'all is well');
}, 120_000);
