import { addPartition } from '@millrace/shared/testing/add-partition';
import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createForgetErased } from '../../src/cache/forget-erased.js';
import { type CachedApp, createCachedApp } from './cached-apps.js';
import { takeMarks, writeEvents } from './write-events.js';

describe.each(queueBackends)('with the store on %s', (backend) => {
  let database: TestDatabase;
  let app: CachedApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    await addPartition(database.pool, '2026-05-01', '2026-07-01');
    app = createCachedApp(database.url, testQueue(backend, database));
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.cache.store.remove('*');
    app.cache.clear();
    await database.empty();
  });

  async function keepAnswerOf(site: string): Promise<void> {
    await writeEvents(database.pool, site, ['2026-06-10T12:00:00Z']);
    await takeMarks(database.pool, site);
    const entriesBefore = (await app.cache.store.size()).entries;
    await request(app.app).get('/stats').query({ site_id: site }).expect(200);
    await eventually(async () => (await app.cache.store.size()).entries > entriesBefore, 'it is in the store');
  }
  const kept = async () => [(await app.cache.store.size()).entries, app.cache.stats().entries];
  const sql = (text: string) => database.pool.query(text);

  it('drops the answers of a site from store and memory when one of its users is erased', async () => {
    for (const site of ['demo', 'other']) await keepAnswerOf(site);
    const forget = createForgetErased(database.pool, app.cache);
    await forget();
    expect((await kept())[0]).toBe(2);
    await keepAnswerOf('newcomer');
    await forget();
    expect(await kept()).toEqual([3, 1]);
    await sql(`update site_rollups set epoch = epoch + 1 where site_id = 'demo'`);
    await forget();
    expect(await kept()).toEqual([2, 0]);
  });

  it('drops the answers of an erased site, even if it is created again at once', async () => {
    await keepAnswerOf('demo');
    await keepAnswerOf('other');
    const forget = createForgetErased(database.pool, app.cache);
    await forget();
    await sql(`delete from sites where site_id = 'demo'`);
    await sql(`insert into sites (site_id) values ('demo')`);
    await forget();
    expect(await kept()).toEqual([1, 0]);
  });

  it('drops on its first run what was erased before', async () => {
    await keepAnswerOf('demo');
    await sql('update site_rollups set epoch = epoch + 1');
    await createForgetErased(database.pool, app.cache)();
    expect(await kept()).toEqual([0, 0]);
  });
});
