/** When Redis is unreachable or frozen, ingestion says so at once, recovers by itself, and loses no event. */

import { randomBytes } from 'node:crypto';
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { createRedisServer, type RedisServer } from '@millrace/shared/testing/redis-server';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepSending, numberedEvent, post } from './send-events.js';

/** Timeout of a client. */
const patienceMs = 10_000;

describe.runIf(queueBackends.includes('redis'))('Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await createRedisServer();
  });
  afterEach(() => redis.remove());

  const accepts = (url: string) => async () => (await post(`${url}/event`, numberedEvent(1), patienceMs)) === 200;

  async function expectRefusal(url: string): Promise<void> {
    const answer = await fetch(`${url}/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(numberedEvent(1)),
      signal: AbortSignal.timeout(patienceMs),
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await answer.json()).toMatchObject({ error: { code: 'queue_unavailable' } });
  }

  describe('ingestion', () => {
    let ingestion: SpawnedService;
    afterEach(() => ingestion.end('SIGKILL'));

    it('starts without a queue, live but not ready, and accepts events once the queue is reachable', async () => {
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      await expectRefusal(ingestion.url);
      expect((await fetch(`${ingestion.url}/health/live`)).status).toBe(200);
      expect((await fetch(`${ingestion.url}/health/ready`)).status).toBe(503);
      await redis.start();
      await eventually(accepts(ingestion.url), 'events are accepted');
      expect((await fetch(`${ingestion.url}/health/ready`)).status).toBe(200);
    });

    it('starts while the queue is frozen, refuses events, and accepts them once it resumes', async () => {
      await redis.start();
      await redis.signal('SIGSTOP');
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      await expectRefusal(ingestion.url);
      await redis.signal('SIGCONT');
      await eventually(accepts(ingestion.url), 'events are accepted');
    });

    it('refuses events while the queue is frozen, from the first request on, and accepts them afterwards', async () => {
      await redis.start();
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      await eventually(accepts(ingestion.url), 'events are accepted');
      await redis.signal('SIGSTOP');
      await expectRefusal(ingestion.url);
      await expectRefusal(ingestion.url);
      await redis.signal('SIGCONT');
      await eventually(accepts(ingestion.url), 'events are accepted again');
    });

    it('refuses to use a Redis that evicts keys, says why, and accepts events once that is fixed', async () => {
      await redis.start();
      await redis.command('CONFIG SET maxmemory-policy allkeys-lru');
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      await expectRefusal(ingestion.url);
      const named = async () => JSON.stringify(ingestion.log).includes('set maxmemory-policy to noeviction');
      await eventually(named, 'the log names the setting');
      expect((await fetch(`${ingestion.url}/health/ready`)).status).toBe(503);
      await redis.command('CONFIG SET maxmemory-policy noeviction');
      await eventually(accepts(ingestion.url), 'events are accepted');
    });

    it('refuses events before Redis runs out of memory, so that processors can still take jobs', async () => {
      await redis.start();
      await redis.command('CONFIG SET maxmemory 12mb');
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      await eventually(accepts(ingestion.url), 'events are accepted');
      // Jobs of a backlog are compressed; random text does not shrink.
      const properties = () => ({ text: randomBytes(5_800).toString('base64') });
      const batch = Array.from({ length: 100 }, (_, index) => ({ ...numberedEvent(index), properties: properties() }));
      await eventually(async () => {
        const answer = await fetch(`${ingestion.url}/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(batch),
        });
        return answer.status === 503 && (await answer.text()).includes('"overloaded"');
      }, 'events are refused as too many');
      await redis.command('CONFIG SET maxmemory 1gb');
      await eventually(accepts(ingestion.url), 'events are accepted again');
    });

    it('stops on request although nothing reads its log any more', async () => {
      await redis.start();
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url });
      ingestion.child.stdout?.destroy();
      expect(await ingestion.end('SIGTERM')).not.toBeNull();
    });

    it('stops in time while the queue is unreachable', async () => {
      await redis.start();
      ingestion = await spawnService('ingestion', { REDIS_URL: redis.url, SHUTDOWN_TIMEOUT_MS: '3000' });
      await eventually(accepts(ingestion.url), 'events are accepted');
      await redis.signal('SIGKILL');
      await eventually(async () => !(await accepts(ingestion.url)()), 'events are refused');
      expect(await ingestion.end('SIGTERM')).toBe(0);
    });
  });

  describe('the whole pipeline', () => {
    let stack: Stack;
    beforeEach(async () => {
      await redis.start();
      stack = await startStack({ backend: 'redis', env: { REDIS_URL: redis.url } });
    });
    afterEach(() => stack.stop());

    it('loses and duplicates no event when Redis is killed and comes back three times under load', async () => {
      const sent = keepSending(stack.ingestionUrl, 16, 10);
      for (let round = 1; round <= 3; round += 1) {
        const before = sent.accepted.size;
        await eventually(async () => sent.accepted.size >= before + 200, 'events are accepted');
        await redis.signal('SIGKILL');
        await eventually(async () => (sent.statuses.get(503) ?? 0) > round * 5, 'events are refused');
        await redis.start();
      }
      const before = sent.accepted.size;
      await eventually(async () => sent.accepted.size >= before + 200, 'events are accepted');
      await sent.end();
      await eventsStored(stack.database, sent.accepted.size);
      await eventually(async () => {
        const { rows } = await stack.database.pool.query<{ event_id: string }>('select event_id from events');
        const stored = new Set(rows.map((row) => row.event_id));
        return stored.size === rows.length && [...sent.accepted].every((id) => stored.has(id));
      }, 'every accepted event is stored once');
    });
  });
});
