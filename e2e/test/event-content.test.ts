/** Numbers, characters and names in events, from HTTP to the answers. */
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const timestamp = '2025-11-14T10:00:00Z';

async function send(path: string, body: string, type = 'application/json') {
  const answer = await fetch(stack.ingestionUrl + path, { method: 'POST', headers: { 'content-type': type }, body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function ask(site_id: string, dimension: string, filters: unknown[] = []) {
  const query = { site_id, metrics: ['events'], date_range: 'all', dimensions: [dimension], filters };
  const answer = await fetch(`${stack.reportingUrl}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(query),
  });
  const { results } = (await answer.json()) as { results: { dimensions: string[]; metrics: number[] }[] };
  return results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]);
}

/** Resolves when the site has that many events. */
const stored = (site: string, count: number) =>
  eventually(async () => {
    const { rows } = await stack.database.pool.query('select count(*)::int as n from events where site_id = $1', [
      site,
    ]);
    return rows[0].n >= count;
  }, `${count} events of ${site} are stored`);

const eventText = (site: string, properties: string) =>
  `{"site_id":"${site}","event_type":"order","path":"/","timestamp":"${timestamp}","properties":${properties}}`;

describe('numbers', () => {
  const orders = ['9007199254740992', '9007199254740993', '0.1000000000000000055', '1.10'];
  const shown = ['0.1000000000000000055', '1.1', '9007199254740992', '9007199254740993'];

  it.each([
    ['single events', 'numbers-one', (texts: string[]) => texts.map((text) => ['/event', text] as const)],
    ['an array', 'numbers-array', (texts: string[]) => [['/events', `[${texts.join(',')}]`] as const]],
    ['NDJSON', 'numbers-lines', (texts: string[]) => [['/events', texts.join('\n'), 'application/x-ndjson'] as const]],
  ])('keep their value in %s, as properties and deeper, in breakdowns and filters', async (_name, site, requests) => {
    const texts = orders.map((order) => eventText(site, `{"order":${order},"cart":{"ids":[${order}]}}`));
    for (const [path, body, type] of requests(texts))
      expect(await send(path, body, type)).toMatchObject({ status: 200 });
    await stored(site, orders.length);
    expect(await ask(site, 'property:order')).toEqual(shown.map((order) => [order, 1]));
    expect(await ask(site, 'property:cart')).toEqual(shown.map((order) => [`{"ids": [${order}]}`, 1]));
    for (const order of shown) {
      expect(await ask(site, 'event_type', ['is', 'property:order', [order]])).toEqual([['order', 1]]);
    }
  });

  it('are rejected by name when no type can hold them, without affecting other events of the batch', async () => {
    const texts = [eventText('huge', '{"a":[1e131080]}'), eventText('huge', '{"a":[1e400]}')];
    expect(await send('/events', `[${texts.join(',')}]`)).toMatchObject({
      status: 200,
      body: { accepted: 1, rejected: [{ index: 0, reason: 'out_of_range', field: 'properties.a.0' }] },
    });
    await stored('huge', 1);
    expect(await ask('huge', 'property:a')).toEqual([[`[1${'0'.repeat(400)}]`, 1]]);
  });

  it('keep all digits as amounts', async () => {
    const payment = `{"transaction_id":"t","amount":123456789012.123456,"currency":"EUR","status":"succeeded","interval":null}`;
    const text = eventText('amounts', payment).replace('"order"', '"payment"');
    expect(await send('/event', text)).toMatchObject({ status: 200 });
    await stored('amounts', 1);
    expect(await ask('amounts', 'property:amount')).toEqual([['123456789012.123456', 1]]);
  });
});

it('stores a path of 2,048 emoji whole and rejects one more', async () => {
  const path = '\u{1F600}'.repeat(2_048);
  const event = { site_id: 'emoji', event_type: 'view', path, user_id: null, referrer: null, timestamp };
  expect(await send('/event', JSON.stringify(event))).toMatchObject({ status: 200 });
  expect(await send('/event', JSON.stringify({ ...event, path: `${path}x` }))).toMatchObject({
    status: 400,
    body: { error: { message: 'path must have at most 2048 characters' } },
  });
  await stored('emoji', 1);
  expect(await ask('emoji', 'path')).toEqual([[path, 1]]);
});

it('counts a pageview of another tool as a view', async () => {
  const event = { site_id: 'names', event_type: 'pageview', path: '/', timestamp };
  await send('/events', JSON.stringify([event, { ...event, event_type: '$pageview' }]));
  await stored('names', 2);
  const stats = await fetch(`${stack.reportingUrl}/stats?site_id=names`);
  expect(await stats.json()).toMatchObject({ total_views: 2 });
});

describe('paths', () => {
  it('map to one page by rules that a site can change', async () => {
    const paths = ['/pricing', '/pricing/', '/pricing?utm_source=x', '/pricing#top', 'https://shop.example/pricing'];
    const views = paths.map((path) => ({ site_id: 'pages', event_type: 'view', path, timestamp }));
    await send('/events', JSON.stringify(views));
    await stored('pages', 5);
    expect(await ask('pages', 'path')).toEqual([
      ['/pricing', 4],
      ['/pricing/', 1],
    ]);
    const answer = await fetch(`${stack.reportingUrl}/api/v1/sites/pages`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path_rules: { trailing_slash: 'strip', keep_params: ['utm_source'] } }),
    });
    expect(await answer.json()).toMatchObject({ path_rules: { trailing_slash: 'strip', keep_params: ['utm_source'] } });
    await send('/events', JSON.stringify(views));
    await stored('pages', 10);
    expect(await ask('pages', 'path')).toEqual([
      ['/pricing', 8],
      ['/pricing/', 1],
      ['/pricing?utm_source=x', 1],
    ]);
  });
});

it('stores events from a clock 20 hours ahead at the time they happened, also when they are sent again', async () => {
  const event = { site_id: 'clocks', event_type: 'view', path: '/', event_id: 'a' };
  const ahead = (ms: number) => new Date(Date.now() + 72_000_000 + ms).toISOString();
  const batch = { events: [{ ...event, timestamp: ahead(0) }] };
  for (const later of [20_000, 20_001, 25_000]) {
    expect(await send('/events', JSON.stringify({ ...batch, sent_at: ahead(later) }))).toMatchObject({ status: 200 });
  }
  const last = { ...event, event_id: 'b', timestamp: ahead(0), sent_at: ahead(0) };
  expect(await send('/event', JSON.stringify(last))).toMatchObject({ status: 200 });
  await stored('clocks', 2);
  const { rows } = await stack.database.pool.query(
    `select count(*)::int as n, bool_and(abs(extract(epoch from timestamp - now())) < 600) as is_right from events
     where site_id = 'clocks' and properties ? 'client_timestamp'`,
  );
  expect(rows).toEqual([{ n: 2, is_right: true }]);
  expect(await send('/events', JSON.stringify({ ...batch, sent_at: 'now' }))).toMatchObject({ status: 400 });
});
