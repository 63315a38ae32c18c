import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SharedSite, startSharedSite } from './shared-site.js';

let site: SharedSite;
let link: string;
beforeAll(async () => {
  site = await startSharedSite({ now: () => new Date('2025-11-20T12:00:00Z') });
  link = await site.share({ filters: [['is', 'country', ['DE']]] });
});
afterAll(() => site.stop());

const days = { site_id: 'demo', date_range: ['2025-11-14', '2025-11-16'] };
const byCountry = { ...days, metrics: ['events'], dimensions: ['country'] };
const post = (path: string, body: object | string) =>
  request(site.app)
    .post(`${link}/api/v1/${path}`)
    .set('content-type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body));

const everything = [
  'or',
  [
    ['is', 'country', ['DE']],
    ['not', ['is', 'country', ['DE']]],
  ],
];
const french = ['is', 'country', ['FR']];

/** All events by country. */
const countriesOf = (results: { dimensions: string[] }[]) => results.map(({ dimensions }) => dimensions[0]);

describe('requests', () => {
  it.each([
    ['no filters', {}, ['DE']],
    ['an empty list', { filters: [] }, ['DE']],
    ['a filter that every event matches', { filters: everything }, ['DE']],
    ['a filter that every event matches, in a list', { filters: [everything] }, ['DE']],
    ['another country', { filters: french }, []],
    ['one country or the other', { filters: ['is', 'country', ['DE', 'FR']] }, ['DE']],
    ['the negated filter', { filters: ['not', ['is', 'country', ['DE']]] }, []],
    ['the same filter in lower case', { filters: ['is', 'country', ['de'], { case_sensitive: false }] }, ['DE']],
    ['bots as well', { include_bots: true }, ['DE']],
    ['bots alone', { include_bots: true, filters: ['is_set', 'bot'] }, ['DE']],
    ['a comparison', { include: { comparison: 'previous_period' } }, ['DE']],
    ['all time', { date_range: 'all' }, ['DE']],
    ['a page of rows', { pagination: { limit: 10, offset: 0 }, include: { total_rows: true } }, ['DE']],
  ])('with %s are answered within the filters', async (_name, change, countries) => {
    const { body } = await post('query', { ...byCountry, ...change }).expect(200);
    expect(countriesOf(body.results)).toEqual(countries);
    expect(body.query.filters.at(-1)).toEqual(['is', 'country', ['DE']]);
    const parameters = Object.entries({ ...byCountry, ...change }).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const byAddress = await request(site.app)
      .get(`${link}/api/v1/query`)
      .query(Object.fromEntries(parameters))
      .expect(200);
    expect(countriesOf(byAddress.body.results)).toEqual(countries);
  });

  it('of a batch are all answered within the filters', async () => {
    const queries = [{}, { filters: [] }, { filters: everything }, { filters: french }].map((more) => ({
      ...{ metrics: ['events'], dimensions: ['country'], ...more },
    }));
    for (const common of [{}, { filters: everything }, { filters: [] }, { include_bots: true }]) {
      const { body } = await post('query/batch', { ...days, ...common, queries }).expect(200);
      const found = body.results.map(({ results }: { results: never[] }) => countriesOf(results));
      expect(found).toEqual([['DE'], ['DE'], ['DE'], []]);
    }
  });

  it('of a batch are answered within the filters line by line, too', async () => {
    const queries = [{ metrics: ['events'], dimensions: ['country'], filters: everything }];
    const { text } = await post('query/batch', { ...days, queries })
      .set('accept', 'application/x-ndjson')
      .expect(200);
    expect(countriesOf(JSON.parse(text.split('\n')[0]!).results)).toEqual(['DE']);
  });

  it('for funnels, retention and journeys are answered within the filters', async () => {
    const step = { filters: [everything] };
    const only = { filters: [french] };
    const funnel = await post('funnel', { ...days, steps: [only, step] }).expect(200);
    expect(funnel.body.steps.map(({ users }: { users: number }) => users)).toEqual([0, 0]);
    const grouped = await post('funnel', { ...days, steps: [step, step], breakdown: 'country' }).expect(200);
    expect(grouped.body.breakdown.map(({ value }: { value: string }) => value)).toEqual(['DE']);
    const cohorts = await post('retention', { ...days, period: 'day', first: only, returning: step }).expect(200);
    expect(cohorts.body.total.size).toBe(0);
    const journeys = await post('journeys', { ...days, start: only }).expect(200);
    expect(journeys.body.total).toEqual({ visits: 0, visitors: 0 });
  });

  it('with duplicate filters have the filters of the link added to the last', async () => {
    const text = JSON.stringify({ ...byCountry, filters: [] }).replace(/}$/, ',"filters":[["is_set","path"]]}');
    expect(countriesOf((await post('query', text).expect(200)).body.results)).toEqual(['DE']);
  });

  it.each([
    ['a text', { filters: 'none' }],
    ['null', { filters: null }],
    ['a number', { filters: 7 }],
    ['an object', { filters: { length: 0 } }],
    ['a list with null', { filters: [null] }],
    ['an invalid filter', { filters: ['and', []] }],
    ['a filter under another name', { Filters: [] }],
    ['a prototype', JSON.parse('{"__proto__":{"filters":[]}}')],
  ])('with %s for filters are refused', async (_name, change) => {
    const bodyOf = (body: object) =>
      JSON.stringify(Object.defineProperties({ ...body }, Object.getOwnPropertyDescriptors(change)));
    await post('query', bodyOf(byCountry)).expect(400);
    await post('query/batch', bodyOf({ ...days, queries: [{ metrics: ['events'] }] })).expect(400);
    await post('funnel', bodyOf({ ...days, steps: [{ filters: everything }, { filters: everything }] })).expect(400);
    await post('retention', bodyOf({ ...days, period: 'day' })).expect(400);
    await post('journeys', bodyOf(days)).expect(400);
  });

  it.each([['[]'], ['null'], ['7'], ['"query"'], ['12345678901234567890.5']])('with %s are refused', async (body) => {
    for (const path of ['query', 'query/batch', 'funnel', 'retention', 'journeys']) await post(path, body).expect(400);
  });

  it('with a number too large for a double as filters are refused', async () => {
    await post('query', JSON.stringify(byCountry).replace(/}$/, ',"filters":12345678901234567890.5}')).expect(400);
  });

  it('can have additional filters', async () => {
    const wide = await site.share({ filters: Array(25).fill(['is', 'country', ['DE']]) });
    const filters = Array(25).fill(['is_set', 'path']);
    const { body } = await request(site.app)
      .post(`${wide}/api/v1/query`)
      .send({ ...byCountry, filters })
      .expect(200);
    expect(countriesOf(body.results)).toEqual(['DE']);
  });
});

describe('another site', () => {
  it.each([
    ['query', { metrics: ['events'] }],
    ['query/batch', { queries: [{ metrics: ['events'] }] }],
    ['funnel', { steps: [{ filters: everything }, { filters: everything }] }],
    ['retention', { period: 'day' }],
    ['journeys', {}],
  ])('is not accessible through %s', async (path, fields) => {
    const { body } = await post(path, { ...days, ...fields, site_id: 'other' }).expect(403);
    expect(JSON.stringify(body)).not.toContain('Secret');
    await post(path, { ...days, ...fields, site_id: 'nowhere' }).expect(403);
    await post(path, { ...days, ...fields, site_id: ['demo', 'other'] }).expect(400);
  });

  it('is not accessible through parameters', async () => {
    const get = (query: string) => request(site.app).get(`${link}/api/v1/query?${query}`);
    await get('site_id=other&metrics=events&date_range=all').expect(403);
    await get('site_id=demo&site_id=other&metrics=events&date_range=all').expect(400);
    await get('site_id[]=other&metrics=events&date_range=all').expect(400);
  });

  it('is not accessible through its URL', async () => {
    for (const of of ['', '/goals', '/annotations', '/saved-views', '/live'])
      await request(site.app).get(`${link}/api/v1/sites/other${of}`).expect(404);
  });
});
