/** Events of two visitors with headers of real browsers, sent through a proxy, and queries about them. */
import { eventually } from '@millrace/shared/testing/eventually';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => stack.stop());

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const gptBot = 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)';

/** A visit on a second day would count as another visitor. */
const at = (seconds: number) => new Date(startMs + seconds * 1_000).toISOString();
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000;

interface Visitor {
  address: string;
  userAgent: string;
  language?: string;
}
const ada = { address: '8.8.8.8', userAgent: firefox, language: 'de-AT,de;q=0.8,en;q=0.5' };
const bob = { address: '2a00:1450:4001:81b::200e', userAgent: iphone, language: 'en-GB' };
const crawler = { address: '8.8.4.4', userAgent: gptBot };

async function send({ address, userAgent, language }: Visitor, events: object[]): Promise<void> {
  const answer = await fetch(`${stack.ingestionUrl}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain',
      origin: 'https://shop.example',
      'x-forwarded-for': address,
      'user-agent': userAgent,
      'accept-language': language ?? '*',
    },
    body: JSON.stringify({ events: events.map((event) => ({ site_id: 'shop', event_type: 'view', ...event })) }),
  });
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok', accepted: events.length, rejected: [] }]);
}

async function ask(metrics: string[], dimension: string, more: object = {}) {
  const answer = await fetch(`${stack.reportingUrl}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      site_id: 'shop',
      date_range: 'day',
      metrics,
      dimensions: [dimension],
      order_by: [[dimension, 'asc']],
      ...more,
    }),
  });
  expect(answer.status).toBe(200);
  const { results } = (await answer.json()) as { results: { dimensions: unknown[]; metrics: unknown[] }[] };
  return results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);
}

describe('page views', () => {
  beforeAll(async () => {
    await send(ada, [
      {
        path: 'https://Shop.example/pricing?utm_source=newsletter&utm_medium=email&utm_campaign=spring&plan=a%20b#top',
        referrer: 'https://mail.example/inbox',
        title: 'Pricing',
        screen: '1920x1080',
        timezone: 'Europe/Vienna',
        timestamp: at(1),
        event_id: 'a1',
      },
      {
        path: 'https://shop.example/order',
        referrer: 'https://shop.example/pricing',
        timestamp: at(20),
        event_id: 'a2',
      },
      { path: 'https://shop.example/order', event_type: 'signup-click', timestamp: at(30), event_id: 'a3' },
    ]);
    await send(bob, [
      { path: 'https://shop.example/', referrer: 'https://www.google.de/', timestamp: at(2), event_id: 'b1' },
    ]);
    await send(crawler, [{ path: 'https://shop.example/', timestamp: at(3), event_id: 'c1' }]);
    await eventsStored(stack.database, 5);
  });

  it('are stored with the enrichments of visitor and page, without IP address and user agent', async () => {
    const { rows } = await stack.database.pool.query(
      `select to_jsonb(events) - '{site_id,timestamp,event_id,created_at,txid,user_id}'::text[] as event, user_id
       from events order by timestamp`,
    );
    const events = rows.map(({ event }) =>
      Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null)),
    );
    const ofAda = {
      ...{ hostname: 'shop.example', browser: 'Firefox', browser_version: '145', os: 'Linux', device: 'desktop' },
      ...{ language: 'de-AT', country: 'US' },
    };
    expect(events).toEqual([
      {
        ...ofAda,
        event_type: 'view',
        path: '/pricing',
        referrer: 'https://mail.example/inbox',
        title: 'Pricing',
        screen: '1920x1080',
        timezone: 'Europe/Vienna',
        query: 'utm_source=newsletter&utm_medium=email&utm_campaign=spring&plan=a%20b',
        utm_source: 'newsletter',
        utm_medium: 'email',
        utm_campaign: 'spring',
        source: 'Newsletter',
        channel: 'Email',
      },
      {
        event_type: 'view',
        path: '/',
        referrer: 'https://www.google.de/',
        hostname: 'shop.example',
        browser: 'Safari',
        browser_version: '18',
        os: 'iOS',
        os_version: '18.1',
        device: 'mobile',
        language: 'en-GB',
        country: 'IE',
        source: 'Google',
        channel: 'Organic Search',
      },
      {
        ...{ event_type: 'view', path: '/', hostname: 'shop.example', channel: 'Direct', country: 'US' },
        ...{ device: 'bot', bot: 'GPTBot' },
      },
      { ...ofAda, event_type: 'view', path: '/order', referrer: 'https://shop.example/pricing' },
      { ...ofAda, event_type: 'signup-click', path: '/order' },
    ]);
    const visitors = rows.map(({ user_id }) => user_id);
    expect(visitors).toEqual(Array(5).fill(expect.stringMatching(/^~[A-Za-z0-9_-]{22}$/)));
    expect(new Set(visitors).size).toBe(3);
    expect([visitors[3], visitors[4]]).toEqual([visitors[0], visitors[0]]);
  });

  it.each<[string, unknown[][]]>([
    [
      'country',
      [
        ['IE', 1, 1, 1],
        ['US', 1, 2, 1],
      ],
    ],
    [
      'browser',
      [
        ['Firefox', 1, 2, 1],
        ['Safari', 1, 1, 1],
      ],
    ],
    [
      'device',
      [
        ['desktop', 1, 2, 1],
        ['mobile', 1, 1, 1],
      ],
    ],
    [
      'visit:source',
      [
        ['Google', 1, 1, 1],
        ['Newsletter', 1, 2, 1],
      ],
    ],
    [
      'visit:channel',
      [
        ['Email', 1, 2, 1],
        ['Organic Search', 1, 1, 1],
      ],
    ],
    [
      'visit:utm_campaign',
      [
        ['spring', 1, 2, 1],
        [null, 1, 1, 1],
      ],
    ],
    [
      'entry_page',
      [
        ['/', 1, 1, 1],
        ['/pricing', 1, 2, 1],
      ],
    ],
    ['hostname', [['shop.example', 2, 3, 2]]],
  ])('are counted by %s', async (dimension, rows) => {
    expect(await ask(['visitors', 'views', 'visits'], dimension)).toEqual(rows);
  });

  it('exclude bots unless they are requested', async () => {
    expect(await ask(['visitors', 'views'], 'bot')).toEqual([[null, 2, 3]]);
    expect(await ask(['visitors', 'views'], 'bot', { include_bots: true })).toEqual([
      ['GPTBot', 1, 1],
      [null, 2, 3],
    ]);
  });
});

it('applies no enrichment that a site has switched off', async () => {
  const off = ['page', 'campaign', 'source', 'agent', 'bot', 'location', 'language', 'visitor'];
  await fetch(`${stack.reportingUrl}/api/v1/sites/quiet`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ enrichment_off: off }),
  });
  const hasNoEnrichment = async () => {
    const { rows } = await stack.database.pool.query(
      `select hostname, query, utm_source, source, channel, browser, os, device, bot, country, language, user_id
       from events where site_id = 'quiet' order by timestamp desc limit 1`,
    );
    return rows[0] && Object.values(rows[0]).every((value) => value === null);
  };
  // Ingestion reads the settings of sites every few seconds.
  let count = 0;
  await eventually(async () => {
    count += 1;
    await send(ada, [
      { site_id: 'quiet', path: 'https://quiet.example/?utm_source=x', event_id: `q${count}`, timestamp: at(count) },
    ]);
    return (await hasNoEnrichment()) || count;
  }, 'enrichment is off');
});
