/** A shared link reveals nothing about individual people, neither through filters nor through saved views. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, type SharedSite, startSharedSite } from './shared-site.js';

let site: SharedSite;
let link: string;
beforeAll(async () => {
  site = await startSharedSite({ now: () => new Date('2025-11-20T12:00:00Z') });
  link = await site.share();
});
afterAll(() => site.stop());

const days = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-16'] };
const visitorsQuery = { ...days, metrics: ['visitors'] };
const ofUser = ['starts_with', 'user_id', ['demo']];
const ofSession = ['is_set', 'session_id'];
const views = { filters: [['is', 'event_type', ['view']]] };
const post = (path: string, body: object) => request(site.app).post(`${link}/api/v1/${path}`).send(body);

describe('a condition on a user or session', () => {
  it.each([
    ['in a query', 'query', { ...visitorsQuery, filters: [ofUser] }],
    ['as the only filter', 'query', { ...visitorsQuery, filters: ofUser }],
    ['on sessions', 'query', { ...visitorsQuery, filters: [ofSession] }],
    [
      'within other filters',
      'query',
      {
        ...visitorsQuery,
        filters: [
          [
            'or',
            [
              ['not', ofUser],
              ['is', 'path', ['/1']],
            ],
          ],
        ],
      },
    ],
    ['common to a batch', 'query/batch', { ...days, filters: [ofUser], queries: [{ metrics: ['visitors'] }] }],
    ['in one query of a batch', 'query/batch', { ...days, queries: [{ metrics: ['visitors'], filters: [ofUser] }] }],
    ['in a step of a funnel', 'funnel', { ...days, steps: [views, { filters: [ofUser] }] }],
    ['in the returning event of retention', 'retention', { ...days, period: 'day', returning: { filters: [ofUser] } }],
    ['at the start of journeys', 'journeys', { ...days, start: { filters: [ofUser] } }],
  ])('is refused %s', async (_name, path, body) => {
    const { body: answer } = await post(path, body).expect(403);
    expect(answer.error).toEqual({
      code: 'forbidden',
      message: 'Shared links cannot filter by user_id or session_id.',
    });
  });

  it('is refused in the parameters of a query', async () => {
    const query = { site_id: 'demo', metrics: 'visitors', date_range: 'all', filters: JSON.stringify([ofUser]) };
    await request(site.app).get(`${link}/api/v1/query`).query(query).expect(403);
  });

  it('is not confused with a value of the same text', async () => {
    const { body } = await post('query', { ...visitorsQuery, filters: [['is', 'path', ['is', 'user_id']]] }).expect(
      200,
    );
    expect(body.results[0].metrics).toEqual([0]);
  });

  it('can be fixed by the link', async () => {
    const ofOne = await site.share({ filters: [['is', 'user_id', ['demo1']]] });
    const { body } = await request(site.app).post(`${ofOne}/api/v1/query`).send(visitorsQuery).expect(200);
    expect(body.results[0].metrics).toEqual([1]);
  });
});

it('hides saved views about a user', async () => {
  const save = (name: string, filters: unknown[]) =>
    request(site.app)
      .post('/api/v1/sites/demo/saved-views')
      .set(bearer(site.keys.admin))
      .send({ kind: 'segment', name, definition: { filters } })
      .expect(201);
  await save('One person', [ofUser]);
  await save('Start page', [['is', 'path', ['/']]]);
  const { body } = await request(site.app).get(`${link}/api/v1/sites/demo/saved-views`).expect(200);
  expect(body.saved_views.map(({ name }: { name: string }) => name)).toEqual(['Start page']);
});
