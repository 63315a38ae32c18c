import {
  createTestDatabase,
  queueBackends,
  silent,
  type TestDatabase,
  testQueue,
} from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { queueEnvironment } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingLetters } from '../../src/dead-letters/dead-letter-rows.js';
import { replayLetters, sortLetters } from '../../src/dead-letters/replay-letters.js';
import { openQueues, type Queues } from '../../src/open-queues.js';

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let queues: Queues;
  let processor: SpawnedService;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Makes Postgres refuse an otherwise valid event.
    await database.pool.query(`create function refuse() returns trigger language plpgsql as $$
      begin raise 'no such path' using errcode = '22023'; end $$`);
    await database.pool.query(`create trigger refuse before insert on events for each row
      when (new.path = '/poison') execute function refuse()`);
    const location = testQueue(backend, database);
    queues = openQueues(location, silent);
    processor = await spawnService('processor', { DATABASE_URL: database.url, ...queueEnvironment(location) });
  });
  afterAll(async () => {
    await processor.end();
    await queues.close();
    await database.drop();
  });

  const sql = async (text: string) => (await database.pool.query(text)).rows;

  it('stores valid events once, and dead-letters the rest again with the reason', async () => {
    await database.pool.query(
      `insert into dead_letter_events (id, site_id, reason, payload, job_id) select gen_random_uuid(), 'demo', 'old', payload, 'job'
      from unnest($1::text[]) as payload`,
      [['/', '/poison'].map((path) => JSON.stringify({ site_id: 'demo', event_type: 'view', path }))],
    );
    const { ready } = sortLetters(
      await pendingLetters(database.pool, 'demo', { reason: undefined, skip: 0, limit: 10 }),
    );
    for (let time = 1; time <= 2; time += 1) {
      await replayLetters(database.pool, queues.get('event-ingest')!, ready);
      await eventually(
        async () => (await queues.get('event-ingest')!.getJobCountByTypes('waiting', 'active')) === 0,
        'the queue is empty',
      );
    }
    expect(await sql('select path from events')).toEqual([{ path: '/' }]);
    expect(
      await sql('select replayed_at is not null as replayed from dead_letter_events where reason = $$old$$'),
    ).toEqual([{ replayed: true }, { replayed: true }]);
    const again = await sql(`select reason, job_id, payload::json ->> 'path' as path from dead_letter_events
      where replayed_at is null`);
    expect(again).toEqual([
      { reason: '22023: no such path', job_id: expect.stringMatching(/^replay-.{36}-[0-9a-f]{12}$/), path: '/poison' },
    ]);
  });
});
