/** `/api/v1/dead-letters`: looked at, corrected, and sent once more, by those whose site it is. */
import { createTestDatabase, queueBackends, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deadLettersRoutes } from '../../src/dead-letters-route.js';
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

  it('lists letters by site, text and whether they were sent again', async () => {
    expect(await list('')).toEqual([idOf(1), idOf(2), idOf(3)]);
    expect(await list('site_id=other')).toEqual([idOf(3)]);
    expect(await list(`search=${encodeURIComponent('100% _B')}`)).toEqual([idOf(3)]);
    expect(await list('search=%25x')).toEqual([]);
    expect(await list('search=%5C')).toEqual([idOf(3)]);
    expect(await list('replayed=true')).toEqual([]);
    expect(await list('limit=1&page=3')).toHaveLength(1);
  });

  it('shows and changes only letters of its own site to a key that is bound to one', async () => {
    expect(await list('', bound)).toEqual([idOf(1), idOf(2)]);
    await api.call('get', `${base}?site_id=other`, bound).expect(403);
    await api.call('get', `${base}/${idOf(3)}`, bound).expect(404);
    await api.call('post', `${base}/${idOf(3)}/replay`, bound).expect(404);
    await api.call('post', `${base}/replay`, bound).send({ site_id: 'other', dryRun: false }).expect(403);
    await api.call('post', `${base}/${idOf(1)}/replay`, bound).expect(200);
  });

  it('sends one again, as the event that it is', async () => {
    const answer = await api.call('post', `${base}/${idOf(1)}/replay`).expect(200);
    expect(answer.body.data).toMatchObject({ id: idOf(1), replayed_at: expect.any(String) });
    expect(await queued()).toEqual([event('demo')]);
    expect(await list('replayed=false')).toEqual([idOf(2), idOf(3)]);
  });

  it('lets a broken one be corrected first, by the rules of an event and for its site', async () => {
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
    expect(rows.map(({ action }) => action)).toContain('dead-letter.edit');
  });

  it('sends all of a site again after a dry run, and says which need a correction', async () => {
    const replay = async (sent: object) => (await api.call('post', `${base}/replay`).send(sent).expect(200)).body.data;
    const expected = { replayed: [idOf(1)], refused: [{ id: idOf(2), problem: 'path must be a string' }] };
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
