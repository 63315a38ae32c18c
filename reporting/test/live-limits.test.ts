/** Limits of live streams: keys, listeners, slow readers and shutdown. */
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createKey, revokeKey } from '@millrace/shared/access/keys';
import { silent } from '@millrace/shared/testing/database';
import type { Listening } from '@millrace/shared/testing/event-stream';
import { eventually } from '@millrace/shared/testing/eventually';
import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBroadcast } from '../src/live/broadcast.js';
import { openEventStream } from '../src/live/event-stream.js';
import { type LiveSite, startLiveSite } from './live-site.js';

let site: LiveSite;
const limits = { perSite: 3, perKey: 2 };
const times = { heartbeatMs: 20 };

beforeAll(async () => {
  site = await startLiveSite({
    limits,
    times,
    checkAccessMs: 20,
    keys: (pool) => createKeyRing(pool, silent, { freshMs: 0 }),
  });
});
afterAll(() => site.stop());

const newKey = async (siteId?: string) => {
  const { id, key } = await createKey(site.database.pool, { name: 'who looks', scopes: ['read'], siteId });
  return { id, headers: { authorization: `Bearer ${key}` } };
};
type Key = Awaited<ReturnType<typeof newKey>>;
const watch = (siteId: string, { headers }: Key) => site.listen(`/api/v1/sites/${siteId}/live`, headers);

async function leaveAll(...all: Listening[]): Promise<void> {
  for (const each of all) each.leave();
  await eventually(async () => (await site.listeners()) === 0, 'all have left');
}

describe('a key', () => {
  it('is required if keys are configured', async () => {
    await request(site.server).get('/api/v1/sites/demo/live').expect(401);
  });

  it('of another site cannot listen', async () => {
    const refused = await watch('demo', await newKey('other'));
    expect(refused.status).toBe(403);
    const own = await watch('other', await newKey('other'));
    expect(own.status).toBe(200);
    await leaveAll(own);
  });

  it('may open a limited number of streams, and new ones when others end', async () => {
    const key = await newKey();
    const two = [await watch('a', key), await watch('b', key)];
    const { body, headers } = await request(site.server).get('/api/v1/sites/c/live').set(key.headers).expect(429);
    expect(body.error).toEqual({
      code: 'rate_limited',
      message:
        'This key already has 2 open live streams, which is the limit (LIVE_LISTENERS_PER_KEY). Close some, or try again later.',
    });
    expect(headers['retry-after']).toBe('30');
    await leaveAll(...two);
    const again = await watch('c', key);
    expect(again.status).toBe(200);
    await leaveAll(again);
  });

  it('can listen while the site has few enough listeners', async () => {
    const keys = [await newKey(), await newKey()];
    const three = [await watch('full', keys[0]!), await watch('full', keys[0]!), await watch('full', keys[1]!)];
    const { body } = await request(site.server).get('/api/v1/sites/full/live').set(keys[1]!.headers).expect(429);
    expect(body.error.message).toBe(
      'Site "full" already has 3 open live streams, which is the limit (LIVE_LISTENERS_PER_SITE). Close some, or try again later.',
    );
    await leaveAll(...three);
  });

  it('that is revoked loses its streams, while other keys keep theirs', async () => {
    const [revoked, kept] = [await newKey(), await newKey()];
    const [lost, staying] = [await watch('demo', revoked), await watch('demo', kept)];
    await revokeKey(site.database.pool, revoked.id);
    await lost.ended();
    const before = staying.heartbeats();
    await eventually(async () => staying.heartbeats() > before + 2, 'the other stream continues');
    expect(staying.isEnded()).toBe(false);
    await leaveAll(staying);
  });
});

it('sends a heartbeat to idle listeners', async () => {
  const listening = await watch('silent', await newKey());
  await eventually(async () => listening.heartbeats() >= 3 || listening.heartbeats(), 'three heartbeats');
  expect(listening.text()).toMatch(/^retry: 2000\n\n/);
  await leaveAll(listening);
});

it('disconnects only a reader with more than 1 MB left to read', async () => {
  const frame = Buffer.from(`data: ${'x'.repeat(500_000)}\n\n`);
  const streams: ReturnType<typeof openEventStream>[] = [];
  let closed = 0;
  const app = express().get('/', (_req, res) => {
    const stream = openEventStream(res);
    stream.onClose(() => {
      closed += 1;
    });
    streams.push(stream);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const begin = async (): Promise<IncomingMessage> => {
    const [answer] = await once(get({ port, agent: false }), 'response');
    return answer;
  };
  const [slow, quick] = [await begin(), await begin()];
  slow.on('error', () => undefined);
  let bytes = 0;
  quick.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  let sent = 0;
  await eventually(async () => {
    // One at a time, so that the fast one can keep up.
    if (bytes >= sent * frame.length) {
      sent += 1;
      for (const stream of streams) stream.send(frame);
    }
    return closed === 1 || bytes;
  }, 'the slow one is disconnected');
  await eventually(async () => bytes >= sent * frame.length, 'the fast one has everything');
  expect(quick.complete).toBe(false);
  quick.destroy();
  server.closeAllConnections();
  server.close();
});

describe('shutdown', () => {
  it('ends all streams cleanly and accepts no more', async () => {
    const ending = await startLiveSite();
    const listening = await ending.listen('/api/v1/sites/demo/live');
    await listening.next('a state', () => true);
    await ending.live.close();
    await listening.ended();
    const { body } = await request(ending.server).get('/api/v1/sites/demo/live').expect(503);
    expect(body.error.code).toBe('shutting_down');
    await ending.stop();
  });
});

it('reports a slow computation, and sends the state as soon as there is one', async () => {
  const problems: unknown[] = [];
  const frames: string[] = [];
  let finish: (() => void) | undefined;
  const broadcast = createBroadcast({
    ...{ event: 'live', everyMs: () => 10, slowAfterMs: 5, onError: (error) => void problems.push(error) },
    compute: () =>
      new Promise((resolve) => {
        finish = () => resolve({ at: new Date() });
      }),
  });
  const { leave } = broadcast.join({ send: (frame) => void frames.push(String(frame)) });
  await eventually(async () => frames.length === 1, 'the problem is sent');
  expect(frames[0]).toContain('query_timeout');
  expect(problems).toEqual([expect.any(Error)]);
  finish?.();
  await eventually(async () => frames.length >= 2, 'the state is sent');
  expect(frames[1]).toContain('event: live');
  leave();
  finish?.();
  await broadcast.stop();
});
