/** `GET /api/v1/sites/:site_id/live`: content, access and frequency. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Listening, listen } from '@millrace/shared/testing/event-stream';
import { eventually } from '@millrace/shared/testing/eventually';
import express from 'express';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Filter, ResultRow } from '../src/query/resolved-query.js';
import { startBudgets } from '../src/reading/read-budget.js';
import { createJudge } from './documented-app.js';
import { type LiveSite, startLiveSite } from './live-site.js';

const judge = createJudge();
let site: LiveSite;
const open: Listening[] = [];

beforeAll(async () => {
  site = await startLiveSite();
});
afterEach(() => {
  for (const listening of open.splice(0)) listening.leave();
});
afterAll(() => site.stop());

async function watch(siteId: string, headers: Record<string, string> = {}): Promise<Listening> {
  const listening = await site.listen(`/api/v1/sites/${siteId}/live`, headers);
  open.push(listening);
  return listening;
}

const visitorsAre =
  (count: number) =>
  ({ data }: Listening['events'][number]) =>
    data.visitors_now === count;

const at = (time: string) => new Date(`2025-11-14T${time}Z`);

describe('the state of a site', () => {
  it('goes up when events are stored, and down when they are older than five minutes', async () => {
    site.setClock('2025-11-14T10:00:30Z');
    const listening = await watch('counted');
    const first = await listening.next('the first state', () => true);
    expect(first).toMatchObject({ event: 'live', data: { visitors_now: 0, pages: [], events: [] } });
    expect(first.data.views_per_minute).toEqual(Array.from({ length: 30 }, () => 0));
    await site.store(
      'counted',
      { timestamp: at('10:00:00'), user_id: 'ada' },
      { timestamp: at('09:58:00'), user_id: 'bob' },
    );
    await listening.next('both are counted', visitorsAre(2));
    site.setClock('2025-11-14T10:03:00.001Z');
    await listening.next('one has left', visitorsAre(1));
    site.setClock('2025-11-14T10:05:00.001Z');
    const last = await listening.next('no one is left', visitorsAre(0), 2);
    expect(last.data.views_per_minute.slice(-8)).toEqual([1, 0, 1, 0, 0, 0, 0, 0]);
    expect(last.data.events.map((event: { at: string }) => event.at)).toEqual([
      '2025-11-14T10:00:00.000Z',
      '2025-11-14T09:58:00.000Z',
    ]);
  });

  it('is what the query API answers for the same instants, without bots and without ids', async () => {
    site.setClock('2025-11-14T12:30:20Z');
    const visit = (user: number, minute: string, more: object = {}) => ({
      ...{
        timestamp: at(minute),
        user_id: `u${user}`,
        path: `/p${user % 3}`,
        country: ['DE', 'FR', null][user % 3] ?? null,
      },
      ...{ browser: 'Firefox', properties: { secret: 'word' }, ...more },
    });
    const many = Array.from({ length: 24 }, (_each, user) => visit(user, `12:${26 + (user % 4)}:00`));
    await site.store(
      'compared',
      visit(1, '12:10:00', { source: 'Google' }),
      ...many,
      visit(50, '12:29:00', { bot: 'GPTBot' }),
      visit(51, '12:29:30', { user_id: null, path: '/anonymous' }),
      visit(1, '12:29:59', { event_type: 'click' }),
    );
    const { data } = await (await watch('compared')).next('a state', () => true);
    expect(judge('LiveState', data)).toBeUndefined();
    const ask = async (range: string[], metric: string, dimensions: string[], order?: unknown) => {
      const body = {
        site_id: 'compared',
        metrics: [metric],
        date_range: range,
        dimensions,
        ...(order ? { order_by: order } : {}),
      };
      return (await request(site.server).post('/api/v1/query').send(body).expect(200)).body.results;
    };
    const lastFive = ['2025-11-14T12:25:20Z', '2025-11-14T12:30:20Z'];
    const top = async (dimension: string) =>
      (await ask(lastFive, 'visitors', [dimension], [['visitors', 'desc']]))
        .map(({ dimensions, metrics }: ResultRow) => ({ value: dimensions[0], visitors: metrics[0] }))
        .filter(({ visitors }: { visitors: number }) => visitors > 0);
    expect(data.visitors_now).toBe(24);
    expect((await ask(lastFive, 'visitors', []))[0].metrics).toEqual([24]);
    expect(data.pages).toEqual(await top('path'));
    expect(data.sources).toEqual(await top('visit:source'));
    expect(data.sources).toEqual([
      { value: null, visitors: 23 },
      { value: 'Google', visitors: 1 },
    ]);
    expect(data.countries).toEqual(await top('country'));
    const views = await ask(['2025-11-14T12:01:00Z', '2025-11-14T12:30:20Z'], 'views', ['time:minute']);
    expect(data.views_per_minute).toEqual(views.map(({ metrics }: ResultRow) => metrics[0]));
    expect(data.events).toHaveLength(20);
    expect(data.events.slice(0, 2)).toEqual([
      {
        at: '2025-11-14T12:29:59.000Z',
        event_type: 'click',
        path: '/p1',
        country: 'FR',
        browser: 'Firefox',
        source: null,
      },
      {
        at: '2025-11-14T12:29:30.000Z',
        event_type: 'view',
        path: '/anonymous',
        country: 'DE',
        browser: 'Firefox',
        source: null,
      },
    ]);
    expect(JSON.stringify(data)).not.toMatch(/secret|session of|u1\b|GPTBot/);
  });

  it('has a number for each of thirty minutes even on the first instant of a minute', async () => {
    site.setClock('2025-11-14T13:00:00Z');
    await site.store(
      'whole',
      { timestamp: at('12:31:00'), user_id: 'ada' },
      { timestamp: at('12:30:59'), user_id: 'ada' },
    );
    const { data } = await (await watch('whole')).next('a state', () => true);
    expect(data.views_per_minute).toEqual([1, ...Array.from({ length: 29 }, () => 0)]);
  });

  it('contains only what matches the filter; listeners of equal filters share it', async () => {
    site.setClock('2025-11-14T14:00:00Z');
    await site.store(
      'filtered',
      { timestamp: at('13:40:00'), user_id: 'ada', path: '/', source: 'Google', country: 'DE' },
      { timestamp: at('13:59:00'), user_id: 'ada', path: '/a', country: 'DE' },
      { timestamp: at('13:59:00'), user_id: 'bob', path: '/b', country: 'FR' },
    );
    const state = async (filter: Filter) => {
      const app = express().get('/', (req, res) => site.live.openSite(req, res, { siteId: 'filtered', filter }));
      const server = app.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const listening = await listen(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const { data } = await listening.next('a state', () => true);
      listening.leave();
      server.close();
      return data;
    };
    const german = await state({ op: 'is', dimension: 'country', values: ['DE'] });
    expect(german).toMatchObject({ visitors_now: 1, pages: [{ value: '/a', visitors: 1 }] });
    expect(german.events).toHaveLength(2);
    const found = await state({ op: 'is', dimension: 'visit:source', values: ['Google'] });
    expect(found).toMatchObject({ visitors_now: 1, countries: [{ value: 'DE', visitors: 1 }] });
    expect(found.events.map(({ path }: { path: string }) => path)).toEqual(['/a', '/']);
  });
});

describe('the stream', () => {
  it('is not buffered by proxies, and HEAD gets only its headers', async () => {
    const listening = await watch('headers', { 'accept-encoding': 'gzip, br' });
    expect(listening.status).toBe(200);
    expect(listening.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(listening.headers['content-encoding']).toBeUndefined();
    const head = await request(site.server).head('/api/v1/sites/headers/live').expect(200);
    expect(head.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  });

  it('is computed once for all listeners of a site, and not at all for a site without any', async () => {
    const before = await site.computations();
    const listening = await Promise.all(Array.from({ length: 20 }, () => watch('shared')));
    for (const each of listening) await each.next('a state', () => true);
    expect((await site.computations()) - before).toBeLessThan(20);
    await site.computedAgain(3);
    for (const each of listening) each.leave();
    await eventually(async () => (await site.listeners()) === 0, 'all have left');
    const after = await site.computations();
    for (let times = 0; times < 50; times += 1)
      await request(site.server).head('/api/v1/sites/shared/live').expect(200);
    expect(await site.computations()).toBe(after);
  });

  it('sends only changes', async () => {
    site.setClock('2025-11-14T15:00:10Z');
    const listening = await watch('quiet');
    await listening.next('a state', () => true);
    await site.computedAgain(3);
    // The clock alone changes nothing.
    site.setClock('2025-11-14T15:00:50Z');
    await site.computedAgain(3);
    expect(listening.events).toHaveLength(1);
    await site.store('quiet', { timestamp: at('15:00:40'), user_id: 'ada' });
    const changed = await listening.next('the change', visitorsAre(1));
    expect(changed.id).not.toBe(listening.events[0]!.id);
    expect(listening.events).toHaveLength(2);
  });

  it('does not repeat the state to a client that reconnects with it', async () => {
    site.setClock('2025-11-14T16:00:10Z');
    const first = await watch('again');
    const { id } = await first.next('a state', () => true);
    first.leave();
    const second = await watch('again', { 'last-event-id': id! });
    const other = await watch('again', { 'last-event-id': '12' });
    await other.next('a state', () => true);
    await site.computedAgain(2);
    expect(second.events).toEqual([]);
    await site.store('again', { timestamp: at('16:00:00'), user_id: 'ada' });
    await second.next('the next state', visitorsAre(1));
  });

  it('continues beyond the time limit of requests', async () => {
    const times = { stopMs: 10, checkMs: 15, answerMs: 20 };
    let checks = 0;
    const askDatabase = async () => {
      checks += 1;
      return false;
    };
    const app = express().get('/', startBudgets(askDatabase, times), (req, res) =>
      site.live.openSite(req, res, { siteId: 'long' }),
    );
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const listening = await listen(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await site.computedAgain(5);
    site.setClock('2025-11-14T17:00:30Z');
    await site.store('long', { timestamp: at('17:00:00'), user_id: 'ada' });
    await listening.next('the visitor', visitorsAre(1));
    expect(listening.events.map(({ event }) => event)).not.toContain('problem');
    expect(checks).toBe(0);
    listening.leave();
    server.close();
  });

  it('exists for a site before its first event, but not for an invalid id', async () => {
    expect((await watch('not-yet')).status).toBe(200);
    expect((await watch('a%20b')).status).toBe(404);
  });
});
