import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deadLettersRoutes } from '../../src/routes/dead-letters-route.js';
import { type AdminApi, openAdminApi } from '../admin-api.js';

const base = '/api/v1/dead-letters';
const idOf = (number: number) => `00000000-0000-8000-a000-${String(number).padStart(12, '0')}`;
const event = (site_id: string) => ({
  site_id,
  event_type: 'view',
  path: '/',
  timestamp: '2026-11-01T10:00:00Z',
  event_id: '0190a5b0-7c3d-7000-8000-0123456789ab',
});

describe.each(queueBackends)('on %s', (backend) => {
  let database: TestDatabase;
  let api: AdminApi;
  let bound: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    api = await openAdminApi(database, testQueue(backend, database), (deps) => [deadLettersRoutes(deps)]);
    bound = await api.newKey({ siteId: 'demo' });
  });
  afterAll(async () => {
    await api.close();
    await database.drop();
  });
  beforeEach(async () => {
    await api.queues.get('event-ingest')!.obliterate({ force: true });
    await database.pool.query('delete from dead_letter_events');
    await letter(1, 'demo', 'too old', event('demo'));
    await letter(2, 'demo', 'too old', { ...event('demo'), path: 7 });
    await letter(3, 'other', '100% _broken\\', event('other'));
  });

  const letter = (number: number, site: string | null, reason: string, payload: unknown) =>
    database.pool.query(
      `insert into dead_letter_events (id, site_id, reason, payload, job_id) values ($1, $2, $3, $4, 'job')`,
      [idOf(number), site, reason, JSON.stringify(payload)],
    );
  const list = async (query: string, key?: string) =>
    (await api.call('get', `${base}?${query}`, key).expect(200)).body.data.letters
      .map(({ id }: { id: string }) => id)
      .sort();
  const queued = async () => {
    const jobs = await api.queues.get('event-ingest')!.getWaiting();
    return jobs.flatMap(({ data }) => JSON.parse(data.events));
  };

  describe('a whole job', () => {
    const big = JSON.stringify({ ...event('demo'), properties: { order: 1 } }).replace(
      '"order":1',
      '"order":9007199254740993',
    );
    const bare = (site_id: string) => ({ site_id, event_type: 'view', path: '/' });
    const events = `[${big},${JSON.stringify(bare('other'))}, {"site_id":"demo","path":7},nonsense]`;
    const job = (data: object) => letter(4, '', 'invalid job: "count" is required', data);

    it('is marked as a job in the list, shown with its events, and replayed as one batch', async () => {
      await job({ v: 1, events });
      expect(await list('kind=job')).toEqual([idOf(4)]);
      expect(await list('kind=event')).toEqual([idOf(1), idOf(2), idOf(3)]);
      expect(await list('kind=job', bound)).toEqual([]);
      const shown = (await api.call('get', `${base}/${idOf(4)}`).expect(200)).body.data;
      expect(shown).toMatchObject({ kind: 'job', site_id: null, job: { events: 4, ready: 2 } });
      expect(shown.job.refused_events).toMatchObject([{ index: 2 }, { index: 3, problem: 'it is not valid JSON' }]);
      for (const _time of [1, 2]) {
        const { data } = (await api.call('post', `${base}/${idOf(4)}/replay`).expect(200)).body;
        expect(data).toMatchObject({ replayed_at: expect.any(String), job: { queued: 2, refused: 2 } });
      }
      const [first, second] = await api.queues.get('event-ingest')!.getWaiting();
      expect(first!.data.count).toBe(2);
      expect(first!.data.events).toContain('"order":9007199254740993');
      expect(JSON.parse(first!.data.events)[1]).toMatchObject({ ...bare('other'), event_id: expect.any(String) });
      expect(second!.data).toEqual(first!.data);
      const refused = await list('kind=event&replayed=false&search=its%20job%20was%20replayed');
      expect(refused).toHaveLength(2);
      const corrected = { ...event('demo'), path: '/corrected' };
      const own = shown.job.refused_events[0];
      expect(own.problem).toContain('event_type');
      const { rows } = await database.pool.query(
        `select id from dead_letter_events where site_id = 'demo' and payload like '%7}'`,
      );
      await api
        .call('patch', `${base}/${rows.at(-1).id}`)
        .send({ payload: corrected })
        .expect(200);
    });

    it.each([
      [{ v: 3, events: '[]' }, 'contract version 3'],
      [{ v: 1, count: 1, events: '{"a":1}' }, 'no list of events'],
      [{ hello: 'world' }, 'no list of events'],
    ])('with %j is shown, but not replayed, with the reason', async (data, reason) => {
      await job(data);
      const shown = (await api.call('get', `${base}/${idOf(4)}`).expect(200)).body.data;
      expect(shown.job.problem).toContain(reason);
      const refused = await api.call('post', `${base}/${idOf(4)}/replay`).expect(409);
      expect(refused.body.error.message).toContain(reason);
      await api
        .call('patch', `${base}/${idOf(4)}`)
        .send({ payload: event('demo') })
        .expect(409);
    });

    it('without a site, from release 0.3, is replayed, too', async () => {
      await letter(4, null, 'invalid job: "v" must be [1]', {
        v: 1,
        count: 1,
        events: `[${JSON.stringify(event('demo'))}]`,
      });
      await api.call('post', `${base}/${idOf(4)}/replay`).expect(200);
      expect(await queued()).toEqual([event('demo')]);
      expect(await list('replayed=true')).toEqual([idOf(4)]);
    });

    it('is replayed although it contains text that cannot be stored', async () => {
      const odd = '{"site_id":"demo","event_type":"view","path":"/","a\\u0000b":1},{"event_type":"v\0w"}';
      await job({ v: 1, events: `[${JSON.stringify({ ...event('demo'), sent_at: null })},${odd}]` });
      const { data } = (await api.call('post', `${base}/${idOf(4)}/replay`).expect(200)).body;
      expect(data).toMatchObject({ job: { queued: 1, refused: 2 } });
      expect(await queued()).toEqual([event('demo')]);
      expect(await list('kind=event&search=v%EF%BF%BDw')).toHaveLength(1);
    });

    it('with the maximum number of events is shown and replayed within seconds', async () => {
      const many = Array.from({ length: 5_000 }, (_, index) => ({ ...event('demo'), event_id: idOf(100 + index) }));
      await job({ v: 1, events: JSON.stringify(many) });
      const shown = (await api.call('get', `${base}/${idOf(4)}`).expect(200)).body.data;
      expect(shown).toMatchObject({ job: { events: 5_000, ready: 5_000 } });
      await api.call('post', `${base}/${idOf(4)}/replay`).expect(200);
      expect(await queued()).toEqual(many);
    }, 30_000);

    it('that two releases wrote is replayed once, as one letter', async () => {
      const data = { v: 1, count: 1, events: `[${JSON.stringify(event('demo'))}]` };
      for (const site of [null, '']) await letter(4, site, 'invalid job: "v" must be [1]', data);
      await api.call('post', `${base}/${idOf(4)}/replay`).expect(200);
      await api.call('post', `${base}/${idOf(4)}/replay`).expect(200);
      expect((await queued())[0]).toEqual(event('demo'));
      expect(await list('replayed=true')).toEqual([idOf(4)]);
    });
  });

  it('corrects a letter without a site that two releases wrote', async () => {
    for (const site of [null, '']) await letter(5, site, 'broken', { path: '/' });
    await api
      .call('patch', `${base}/${idOf(5)}`)
      .send({ payload: event('demo') })
      .expect(200);
    const { rows } = await database.pool.query(
      `select site_id, payload::json ->> 'path' as path from dead_letter_events where id = $1`,
      [idOf(5)],
    );
    expect(rows).toEqual([{ site_id: '', path: '/' }]);
    await api.call('post', `${base}/${idOf(5)}/replay`).expect(200);
  });

  it('replays an event with a corrected clock and the maximum number of properties', async () => {
    const names = Array.from({ length: 64 }, (_, index) => [`p${index}`, 'x'.repeat(115)]);
    const corrected = {
      ...event('demo'),
      properties: { client_timestamp: '2025-11-14T09:00:00Z', ...Object.fromEntries(names) },
    };
    await letter(6, 'demo', 'no partition', corrected);
    await api.call('post', `${base}/${idOf(6)}/replay`).expect(200);
    expect(await queued()).toEqual([corrected]);
    const more = { ...corrected, properties: { ...corrected.properties, one: 'more' } };
    await letter(7, 'demo', 'no partition', more);
    await api.call('post', `${base}/${idOf(7)}/replay`).expect(400);
  });

  it('keeps the client_time that identifies retries, even if a correction omits it', async () => {
    const sent = { ...event('demo'), client_time: '2025-11-14T09:00:00Z' };
    await letter(8, 'demo', 'no partition', sent);
    const correct = (payload: object) => api.call('patch', `${base}/${idOf(8)}`).send({ payload });
    await correct({ ...event('demo'), path: '/corrected' }).expect(200);
    await api.call('post', `${base}/${idOf(8)}/replay`).expect(200);
    expect(await queued()).toEqual([{ ...sent, path: '/corrected' }]);
    await correct({ ...event('demo'), event_id: idOf(80) }).expect(200);
    await api.call('post', `${base}/${idOf(8)}/replay`).expect(200);
    expect((await queued()).at(-1)).not.toHaveProperty('client_time');
    const answer = await correct({ ...event('demo'), sent_at: '2025-11-14T10:00:00Z' }).expect(400);
    expect(answer.body.error.message).toContain('set timestamp to the correct time');
  });

  it('filters letters by site, text and whether they were replayed', async () => {
    expect(await list('')).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(await list('site_id=other')).toEqual([idOf(3)]);
    expect(await list(`search=${encodeURIComponent('100% _B')}`)).toEqual([idOf(3)]);
    expect(await list('search=%25x')).toEqual([]);
    expect(await list('search=%5C')).toEqual([idOf(3)]);
    expect(await list('replayed=true')).toEqual([]);
    expect(await list('limit=1&page=3')).toHaveLength(1);
  });

  it('limits a key for one site to letters of that site', async () => {
    expect(await list('', bound)).toEqual([idOf(1), idOf(2)]);
    await api.call('get', `${base}?site_id=other`, bound).expect(403);
    await api.call('get', `${base}/${idOf(3)}`, bound).expect(404);
    await api.call('post', `${base}/${idOf(3)}/replay`, bound).expect(404);
    await api.call('post', `${base}/replay`, bound).send({ site_id: 'other', dryRun: false }).expect(403);
    await api.call('post', `${base}/${idOf(1)}/replay`, bound).expect(200);
  });

  it('replays a letter as the same event', async () => {
    const answer = await api.call('post', `${base}/${idOf(1)}/replay`).expect(200);
    expect(answer.body.data).toMatchObject({ id: idOf(1), replayed_at: expect.any(String) });
    expect(await queued()).toEqual([event('demo')]);
    expect(await list('replayed=false')).toEqual([idOf(2), idOf(3)]);
  });

  it('allows an invalid letter to be corrected within the rules of events and for its site', async () => {
    const address = `${base}/${idOf(2)}`;
    const refused = await api.call('post', `${address}/replay`).expect(400);
    expect(refused.body.error.message).toContain('path must be a string');
    await api
      .call('patch', address)
      .send({ payload: { ...event('demo'), path: 8 } })
      .expect(400);
    await api
      .call('patch', address)
      .send({ payload: event('other') })
      .expect(400);
    await api
      .call('patch', address)
      .send({ payload: event('demo') })
      .expect(200);
    await api.call('post', `${address}/replay`).expect(200);
    expect(await queued()).toEqual([event('demo')]);
    const { rows } = await database.pool.query(`select action, details from audit_log where target = $1 order by id`, [
      idOf(2),
    ]);
    expect(rows).toContainEqual({ action: 'dead-letter.edit', details: { fields: ['path'] } });
  });

  it('keeps every digit of numbers in a corrected letter', async () => {
    const properties = '{"order":12345678901234567891,"all":[0.12345678901234567891]}';
    const payload = `${JSON.stringify(event('demo')).slice(0, -1)},"properties":${properties}}`;
    await api
      .call('patch', `${base}/${idOf(2)}`)
      .type('json')
      .send(`{"payload":${payload}}`)
      .expect(200);
    const { rows } = await database.pool.query('select payload from dead_letter_events where id = $1', [idOf(2)]);
    expect(rows[0].payload).toContain(`"properties":${properties}`);
    await api.call('post', `${base}/${idOf(2)}/replay`).expect(200);
    const [job] = await api.queues.get('event-ingest')!.getWaiting();
    expect(job!.data.events).toContain(`"properties":${properties}`);
  });

  it('leaves a letter pending if it is edited while it is replayed', async () => {
    const blocker = await database.pool.connect();
    await blocker.query('begin');
    const corrected = JSON.stringify({ ...event('demo'), path: '/corrected' });
    await blocker.query('update dead_letter_events set payload = $2 where id = $1', [idOf(1), corrected]);
    const sending = api
      .call('post', `${base}/${idOf(1)}/replay`)
      .expect(200)
      .then();
    await eventually(async () => (await queued()).length === 1, 'the original event is in the queue');
    await blocker.query('commit');
    blocker.release();
    await sending;
    expect(await queued()).toEqual([event('demo')]);
    expect(await list('replayed=false')).toContain(idOf(1));
  });

  it('fills in a missing id and time from the letter, so that the event is stored once', async () => {
    const { timestamp: _timestamp, event_id: _id, ...bare } = event('demo');
    await letter(4, 'demo', 'bare', bare);
    const { created_at } = (await api.call('get', `${base}/${idOf(4)}`).expect(200)).body.data;
    for (let time = 1; time <= 2; time += 1) {
      await api.call('post', `${base}/${idOf(4)}/replay`).expect(200);
    }
    const sent = { ...bare, timestamp: created_at, event_id: idOf(4) };
    expect(await queued()).toEqual([sent, sent]);
  });

  it('adds one job for concurrent replays of a letter, and another one after an edit', async () => {
    const replay = () => api.call('post', `${base}/${idOf(1)}/replay`).expect(200);
    await database.pool.query(`update dead_letter_events set replayed_at = null where id = $1`, [idOf(1)]);
    const first = await replay();
    await database.pool.query(`update dead_letter_events set replayed_at = null where id = $1`, [idOf(1)]);
    await replay();
    expect(await queued()).toHaveLength(1);
    expect(first.body.data.replayed_at).not.toBeNull();
    await api
      .call('patch', `${base}/${idOf(1)}`)
      .send({ payload: { ...event('demo'), path: '/edited' } })
      .expect(200);
    await replay();
    expect((await queued()).map(({ path }) => path).sort()).toEqual(['/', '/edited']);
  });

  it('skips a thousand letters that need a correction', async () => {
    await database.pool.query(`insert into dead_letter_events (id, site_id, reason, payload, job_id, created_at)
      select gen_random_uuid(), 'many', 'old', '{"site_id":"many","path":7}', 'job', now() - interval '1 day'
      from generate_series(1, 1000)`);
    await letter(5, 'many', 'old', event('many'));
    const replay = async (sent: object) =>
      (
        await api
          .call('post', `${base}/replay`)
          .send({ site_id: 'many', dryRun: false, ...sent })
          .expect(200)
      ).body.data;
    const first = await replay({});
    expect([first.replayed, first.refused.length, first.next_skip]).toEqual([[], 1_000, 1_000]);
    expect(await replay({ skip: first.next_skip })).toEqual({
      dryRun: false,
      replayed: [idOf(5)],
      refused: [],
      next_skip: null,
    });
    expect(await queued()).toEqual([event('many')]);
  });

  it('replays a thousand letters in one request', async () => {
    await database.pool.query(
      `insert into dead_letter_events (id, site_id, reason, payload, job_id)
      select gen_random_uuid(), 'bulk', 'old', $1, 'job' from generate_series(1, 1000)`,
      [JSON.stringify(event('bulk'))],
    );
    const sent = { site_id: 'bulk', dryRun: false };
    const { replayed, next_skip } = (await api.call('post', `${base}/replay`).send(sent).expect(200)).body.data;
    expect([replayed.length, next_skip]).toEqual([1_000, 0]);
    expect(await api.queues.get('event-ingest')!.getWaitingCount()).toBe(1_000);
  });

  it('truncates a large payload in the list, and shows all of it for a single letter', async () => {
    await letter(6, null, 'invalid job', 'x'.repeat(3_000_000));
    const { letters } = (await api.call('get', `${base}?search=invalid`).expect(200)).body.data;
    expect(letters).toMatchObject([{ id: idOf(6), payload_characters: 3_000_002 }]);
    expect(letters[0].payload).toHaveLength(2_000);
    const whole = (await api.call('get', `${base}/${idOf(6)}`).expect(200)).body.data;
    expect(whole.payload).toHaveLength(3_000_002);
    await api.call('post', `${base}/${idOf(6)}/replay`).expect(400);
  });

  it('keeps user data out of the audit log, which erasures do not touch', async () => {
    await letter(7, 'demo', 'no path', { ...event('demo'), path: 7, user_id: 'ada@example.org' });
    await api
      .call('patch', `${base}/${idOf(7)}`)
      .send({ payload: { ...event('demo'), user_id: 'ada@example.org' } })
      .expect(200);
    const { rows } = await database.pool.query(`select from audit_log where details::text like '%ada%'`);
    expect(rows).toEqual([]);
  });

  it('replays all letters of a site after a dry run, and lists those that need a correction', async () => {
    const replay = async (sent: object) => (await api.call('post', `${base}/replay`).send(sent).expect(200)).body.data;
    const refused = [{ id: idOf(2), problem: 'path must be a string' }];
    const expected = { replayed: [idOf(1)], refused, next_skip: null };
    expect(await replay({ site_id: 'demo' })).toEqual({ dryRun: true, ...expected });
    expect(await queued()).toEqual([]);
    expect(await replay({ site_id: 'demo', reason: 'another' })).toMatchObject({ replayed: [] });
    expect(await replay({ site_id: 'demo', reason: 'too old', dryRun: false })).toEqual({ dryRun: false, ...expected });
    expect(await queued()).toEqual([event('demo')]);
    expect(await replay({ site_id: 'demo', dryRun: false })).toMatchObject({ replayed: [] });
  });

  it.each([
    ['get', '/nonsense', undefined, 404],
    ['get', '/%00', undefined, 404],
    ['get', `/%00${idOf(1)}`, undefined, 404],
    ['get', `/${'9'.repeat(2_000)}`, undefined, 404],
    ['get', '?page=1e9', undefined, 400],
    ['get', '?search=%00', undefined, 200],
    ['post', '/replay', { site_id: 'demo', skip: -1 }, 400],
    ['patch', `/${idOf(1)}`, { payload: { ...event('demo'), path: '\0' } }, 400],
    ['get', '?site_id=a%00b', undefined, 400],
    ['get', '?replayed=maybe', undefined, 400],
    ['patch', `/${idOf(1)}`, { payload: 'text' }, 400],
    ['patch', `/${idOf(1)}`, {}, 400],
    ['post', '/replay', {}, 400],
    ['post', '/replay', { site_id: 'demo', dryRun: 'no' }, 400],
  ] as const)('answers %s %s %j with %d', async (method, path, body, status) => {
    await api
      .call(method, `${base}${path}`)
      .send(body as object)
      .expect(status);
  });
});
