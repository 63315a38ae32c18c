/** Events in memory on a standby, which does not know the transactions running on its primary, and after crashes, which reuse transaction ids. */
import { ensureMonths } from '@millrace/processor/events/ensure-partitions';
import { plainStatement } from '@millrace/processor/events/insert-events';
import { rollSite } from '@millrace/processor/rollups/roll-site';
import { answerQuery } from '@millrace/reporting/query/answer-query';
import { readRaw } from '@millrace/reporting/query/read-raw';
import type { ResolvedQuery } from '@millrace/reporting/query/resolved-query';
import { inSnapshot } from '@millrace/reporting/reading/in-snapshot';
import { createSegmentEngine, type SegmentEngine } from '@millrace/reporting/segments/segment-engine';
import { createPool, type Pool } from '@millrace/shared/platform/postgres';
import { createTestDatabase, silent } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeOwnPostgres } from '../own-postgres.js';
import { startStandbyPair } from '../start-standby.js';

let engine: SegmentEngine;
beforeEach(() => {
  engine = createSegmentEngine({ threads: 1, cacheMb: 64, minTailEvents: 1 }, silent);
});
afterEach(() => engine.pool.close());

let lastId = 0;
function batch(path: string, time = '2026-11-10T12:05:00Z'): string {
  lastId += 1;
  const event_id = `0190a5b0-7c3d-7000-8000-${String(lastId).padStart(12, '0')}`;
  return JSON.stringify([{ site_id: 'demo', timestamp: time, event_id, event_type: 'view', path, user_id: path }]);
}

const query: ResolvedQuery = {
  ...{ siteId: 'demo', timezone: 'UTC', limit: 100, offset: 0, totalRows: true, timeLabels: false },
  range: { from: new Date('2026-11-10T00:00:00Z'), to: new Date('2026-11-12T00:00:00Z') },
  metrics: ['events', 'visitors'],
  dimensions: ['path'],
  orderBy: [{ key: 'path', direction: 'asc' }],
};

/** Each path, once per event. */
const ask = (pool: Pool): Promise<string[]> =>
  inSnapshot(pool, async (client) => {
    const { source, ...ours } = await answerQuery(client, query, { engine });
    expect(ours).toEqual(await readRaw(client, query));
    expect(source).toBe('mixed');
    return ours.rows.flatMap(({ dimensions, metrics }) =>
      Array.from({ length: Number(metrics[0]) }, () => dimensions[0]!),
    );
  });

async function prepare(pool: Pool): Promise<void> {
  await ensureMonths(pool, ['2026-11']);
  await pool.query(plainStatement, [batch('/yesterday', '2026-11-09T10:00:00Z')]);
  await rollSite(pool, 'demo', { now: new Date('2026-11-10T12:00:00Z') });
}

it('counts on a standby what a transaction stored that was still running at the previous query', async () => {
  const pair = await startStandbyPair();
  const database = await createTestDatabase({ serverUrl: pair.primaryUrl });
  const options = { max: 3, statementTimeoutMs: 10_000, applicationName: 'test' };
  const standby = createPool(pair.standbyUrl(database.url), silent, options);
  await prepare(database.pool);
  const late = await database.pool.connect();
  await late.query('begin');
  await late.query(plainStatement, [batch('/late')]);
  await database.pool.query(plainStatement, [batch('/first')]);
  const stored = (count: number) =>
    eventually(async () => {
      const { rows } = await standby.query<{ count: number }>('select count(*)::int as count from events');
      return rows[0]!.count === count;
    }, 'the standby has caught up');
  await stored(2);
  expect(await ask(standby)).toEqual(['/first']);
  await database.pool.query(plainStatement, [batch('/second')]);
  await stored(3);
  expect(await ask(standby)).toEqual(['/first', '/second']);
  await late.query('commit');
  late.release();
  await stored(4);
  expect(await ask(standby)).toEqual(['/first', '/late', '/second']);
  expect(await ask(standby)).toEqual(['/first', '/late', '/second']);
  await standby.end();
  await database.drop();
  await pair.remove();
}, 120_000);

it('forgets what a crash rolled back, and counts what was stored under the same transaction id', async () => {
  const server = await makeOwnPostgres();
  const database = await createTestDatabase({ serverUrl: server.url });
  await prepare(database.pool);
  const kept = ['/round-1', '/round-2', '/round-3'];
  for (const path of kept) {
    await database.pool.query(plainStatement, [batch(path)]);
    const doomed = new pg.Client(database.url);
    doomed.on('error', () => {});
    await doomed.connect();
    await doomed.query('set synchronous_commit = off');
    await ask(database.pool);
    for (let number = 0; number < 5; number += 1) await doomed.query(plainStatement, [batch('/doomed')]);
    await ask(database.pool);
    await server.restart('SIGKILL');
    for (let number = 0; number < 3; number += 1) await database.pool.query(plainStatement, [batch('/after')]);
    await ask(database.pool);
  }
  const counted = (await ask(database.pool)).filter((path) => path !== '/doomed');
  expect(counted).toEqual([...Array.from({ length: 9 }, () => '/after'), ...kept]);
  await database.drop();
  await server.remove();
}, 120_000);
