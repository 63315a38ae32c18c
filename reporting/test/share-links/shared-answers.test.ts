/** Every route behind a shared link answers like the same query with the filter of the link written out. */
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { sharedRoutes } from '../../src/share-links/shared-routes.js';
import { createJudge } from '../documented-app.js';
import { bearer, type SharedSite, startSharedSite } from './shared-site.js';

type Fields = Record<string, unknown>;
type Route = (typeof sharedRoutes)[number];

const german = ['is', 'country', ['DE']];
const filters = [german, ['not', ['is', 'path', ['/3']]]];

let site: SharedSite;
let plain: string;
let filtered: string;
beforeAll(async () => {
  site = await startSharedSite({ now: () => new Date('2025-11-20T12:00:00Z') });
});
afterAll(() => site.stop());
beforeEach(async () => {
  [plain, filtered] = [await site.share(), await site.share({ filters })];
});

const days = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-16'] };
const ofPage = (path: string) => ({ filters: [['is', 'path', [path]]] });

/** Requests by route: bodies, or parameters for GET. */
const requests: Record<Route, Fields[]> = {
  'GET /query': [
    { site_id: 'demo', metrics: 'views,visitors', date_range: '2025-11-14,2025-11-16', dimensions: 'path' },
    { site_id: 'demo', metrics: 'events', date_range: 'all', filters: ['is', 'event_type', ['view']] },
  ],
  'POST /query': [
    { ...days, metrics: ['visitors', 'views'], dimensions: ['country', 'path'] },
    {
      ...days,
      metrics: ['visits', 'bounce_rate'],
      filters: [
        'or',
        [
          ['is', 'path', ['/1']],
          ['is_set', 'browser'],
        ],
      ],
    },
    { ...days, metrics: ['sum:property:price'], include_bots: true, dimensions: ['bot'] },
    {
      ...{ site_id: 'demo', date_range: ['2025-11-15', '2025-11-15'], metrics: ['views'], dimensions: ['time:hour'] },
      include: { comparison: 'previous_period' },
    },
    { ...days, metrics: ['events'], include: { comparison: ['2025-11-12', '2025-11-14'] } },
  ],
  'POST /query/batch': [
    {
      ...days,
      filters: [['is', 'browser', ['Firefox']]],
      queries: [
        { id: 'a', metrics: ['visitors'] },
        { metrics: ['views'], dimensions: ['country'], filters: ['is_not', 'path', ['/1']] },
        { metrics: ['events'], filters: [], include: { comparison: 'previous_period' } },
      ],
    },
    { ...days, queries: [{ metrics: ['events'], dimensions: ['country'] }] },
  ],
  'POST /funnel': [
    { ...days, steps: [ofPage('/1'), ofPage('/2')] },
    { ...days, steps: [ofPage('/1'), { filters: [['is_set', 'path']] }], breakdown: 'country', by: 'visit' },
  ],
  'POST /retention': [
    { ...days, period: 'day' },
    { ...days, period: 'day', first: ofPage('/1'), returning: ofPage('/2'), breakdown: 'country' },
  ],
  'POST /journeys': [days, { ...days, start: ofPage('/1'), steps: 2, filters: ['is_set', 'browser'] }],
  'GET /sites/{site_id}': [],
  'GET /sites/{site_id}/goals': [{}],
  'GET /sites/{site_id}/annotations': [{}, { from: '2025-11-01' }],
  'GET /sites/{site_id}/saved-views': [{}, { kind: 'funnel' }],
  // A stream, which has its own tests.
  'GET /sites/{site_id}/live': [],
};
const filtersNothing = /\/sites\//;

function ask(prefix: string, route: Route, fields: Fields, headers: Record<string, string> = {}) {
  const [method, path] = route.split(' ') as [string, string];
  const address = `${prefix}/api/v1${path.replace('{site_id}', 'demo')}`;
  if (method === 'POST') return request(site.app).post(address).set(headers).send(fields);
  const parameters = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return request(site.app).get(address).set(headers).query(Object.fromEntries(parameters));
}

const askWithKey = (route: Route, fields: Fields) => ask('', route, fields, bearer(site.keys.reader));
const askLink = (link: string, route: Route, fields: Fields) => ask(link, route, fields);

/** Without what depends on the time of the request. */
const withoutTimes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (name, each) => (name === 'elapsed_ms' || name === 'cache' ? undefined : each)));

/** With the filters of the link written out. */
function written(fields: Fields): Fields {
  const own = (fields.filters ?? []) as unknown[];
  return { ...fields, filters: [...(typeof own[0] === 'string' ? [own] : own), ...filters] };
}

const cases = Object.entries(requests).flatMap(([route, all]) =>
  all.map((fields) => [route as Route, fields] as const),
);

describe('a link without filters', () => {
  it.each(cases)('answers %s %j like a key', async (route, fields) => {
    const right = await askWithKey(route, fields);
    const answer = await askLink(plain, route, fields);
    expect(answer.status).toBe(right.status);
    expect(withoutTimes(answer.body)).toEqual(withoutTimes(right.body));
  });
});

describe('a link with filters', () => {
  it.each(cases)('answers %s %j like a key with the filters written out', async (route, fields) => {
    // Cached answers for others must not be sent to users of the link.
    const unfiltered = await askWithKey(route, fields);
    const answer = await askLink(filtered, route, fields);
    const right = await askWithKey(route, filtersNothing.test(route) ? fields : written(fields));
    expect(answer.status).toBe(right.status);
    expect(withoutTimes(answer.body)).toEqual(withoutTimes(right.body));
    const again = await askLink(filtered, route, fields);
    expect(withoutTimes(again.body)).toEqual(withoutTimes(right.body));
    if (filtersNothing.test(route)) return;
    // The filters make a difference to each of these queries.
    expect(answer.status).toBe(200);
    expect(withoutTimes(answer.body.results ?? answer.body)).not.toEqual(
      withoutTimes(unfiltered.body.results ?? unfiltered.body),
    );
    expect(withoutTimes((await askWithKey(route, fields)).body)).toEqual(withoutTimes(unfiltered.body));
  });

  it('has its own entity tags', async () => {
    const [fields] = requests['GET /query'] as [Fields];
    const { etag } = (await askWithKey('GET /query', fields).expect(200)).headers as { etag: string };
    await ask('', 'GET /query', fields, { ...bearer(site.keys.reader), 'if-none-match': etag }).expect(304);
    const own = await ask(filtered, 'GET /query', fields, { 'if-none-match': etag }).expect(200);
    await ask(filtered, 'GET /query', fields, { 'if-none-match': own.headers.etag as string }).expect(304);
    await ask(plain, 'GET /query', fields, { 'if-none-match': own.headers.etag as string }).expect(200);
  });
});

describe('the session', () => {
  it('shows the site and the filters of the link', async () => {
    const show = async (link: string) => (await request(site.app).get(`${link}/api/v1/session`).expect(200)).body;
    expect(await show(plain)).toEqual({ auth: 'share', scopes: ['read'], site_id: 'demo', name: null, filters: null });
    const carols = await show(await site.share({ name: 'Carol', filters }));
    expect(createJudge()('LinkSession', carols)).toBe(undefined);
    expect(carols).toEqual({
      ...{ auth: 'share', scopes: ['read'], site_id: 'demo', name: 'Carol', filters },
    });
  });
});

describe('the site', () => {
  const show = async (link: string) => (await request(site.app).get(`${link}/api/v1/sites/demo`).expect(200)).body;

  it('is shown without its settings', async () => {
    expect(await show(plain)).toEqual({
      ...{ site_id: 'demo', name: 'Demo', timezone: 'Europe/Berlin', session_minutes: 30, events: 182 },
      ...{ first_event: '2025-11-14T00:20:00.000Z', last_event: '2025-11-16T18:40:00.000Z' },
    });
  });

  it('has no numbers that the filters would change', async () => {
    expect(await show(filtered)).toEqual({
      ...{ site_id: 'demo', name: 'Demo', timezone: 'Europe/Berlin', session_minutes: 30 },
      first_event: '2025-11-14T00:20:00.000Z',
    });
  });
});
