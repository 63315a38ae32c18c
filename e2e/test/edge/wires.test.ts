/** Replays captured requests of real clients of other tools. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../../shared/data/wires/', import.meta.url));

interface Captured {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  body_base64?: string;
}

const captured = (client: string) => JSON.parse(readFileSync(`${folder}${client}.json`, 'utf8')) as Captured[];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => stack.stop());

const chromium =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const isPage = (client: string) => !client.includes('node');

/** Replays a capture as its client sent it. Returns the responses. */
async function replay(client: string): Promise<{ request: string; status: number; body: unknown }[]> {
  const answers: { request: string; status: number; body: unknown }[] = [];
  for (const { method, path, headers, body, body_base64 } of captured(client)) {
    const sent = body_base64 === undefined ? body : Buffer.from(body_base64, 'base64');
    const answer = await fetch(stack.ingestionUrl + path, {
      method,
      headers: {
        ...headers,
        'x-forwarded-for': '8.8.8.8',
        ...(isPage(client) ? { origin: 'http://shop.example', 'user-agent': chromium } : {}),
      },
      ...(method === 'POST' && { body: sent }),
    });
    const text = await answer.text();
    answers.push({ request: `${method} ${path}`, status: answer.status, body: text === '' ? '' : JSON.parse(text) });
  }
  return answers;
}

const statement = `select event_type, path, user_id, title, channel, country, properties, timestamp
  from events where site_id = $1 order by timestamp, event_type, path`;

interface Stored {
  event_type: string;
  path: string;
  user_id: string | null;
  title: string | null;
  channel: string | null;
  country: string | null;
  properties: Record<string, unknown> | null;
  timestamp: Date;
}

/** Resolves with the events of a site once it has `count`. */
async function stored(siteId: string, count: number): Promise<Stored[]> {
  const read = async () => (await stack.database.pool.query<Stored>(statement, [siteId])).rows;
  await eventually(async () => (await read()).length >= count || (await read()).length, `${count} events are stored`);
  return read();
}

/** A visitor without an id gets a generated, unpredictable one. */
const shown = ({ user_id }: Stored) => (user_id?.startsWith('~') ? 'a visitor' : user_id);
const inColumns = (event: Stored) => [
  event.event_type,
  event.path,
  shown(event),
  event.title,
  event.channel,
  event.country,
];

const website = 'b59e9c65-ae32-47f1-8400-119fcf4861c4';

/** Type, path, user, title, channel and country of each event. */
const wires: [client: string, events: (string | null)[][]][] = [
  [
    'umami-node',
    [
      ['view', '/pricing', null, 'Pricing', 'Referral', null],
      ['signup-button', '', null, null, null, null],
      ['identify', '', null, null, null, null],
    ],
  ],
  [
    'umami-script',
    [
      ['view', '/umami-script/pricing', 'a visitor', 'Pricing', 'Email', 'US'],
      ['buy', '/umami-script/pricing', 'a visitor', 'Pricing', 'Email', 'US'],
      ['web_vitals', '/umami-script/pricing', 'a visitor', 'Pricing', 'Email', 'US'],
      ['view', '/features', 'a visitor', 'Features', null, 'US'],
      ['web_vitals', '/features', 'a visitor', 'Features', null, 'US'],
    ],
  ],
  [
    'segment-analytics-node',
    [
      ['Backdated', '', 'ada', null, null, null],
      ['Order Completed', '', 'ada', null, null, null],
      ['identify', '', 'ada', null, null, null],
      ['view', '/pricing', 'anon-1', 'Pricing', 'Direct', null],
      ['view', 'Home', 'ada', null, null, null],
      ['alias', '', 'ada', null, null, null],
      ['group', '', 'ada', null, null, null],
    ],
  ],
  ...['segment-analytics-next', 'segment-analytics-next-batching'].map((client): [string, (string | null)[][]] => [
    client,
    ['view', 'identify', 'Order Completed', 'group', 'alias'].map((type) => [
      ...[type, `/${client}/pricing`, 'ada', 'Pricing', 'Email', 'US'],
    ]),
  ]),
  [
    'rudderstack-node',
    [
      ['identify', '', 'ada', null, null, null],
      ['view', 'Pricing', 'ada', null, null, null],
      ['Order Completed', '', 'ada', null, null, null],
    ],
  ],
];

const byText = (a: (string | null)[], b: (string | null)[]) => (String(a) < String(b) ? -1 : 1);

// A clone of this repository alone does not have the captures.
describe.runIf(existsSync(folder))('captured requests of other clients', () => {
  it.each(wires)('of %s are understood', async (client, events) => {
    const isUmami = client.startsWith('umami');
    const answers = await replay(client);
    expect(answers.filter(({ status }) => status !== 200 && status !== 204)).toEqual([]);
    const rows = await stored(isUmami ? website : 'WRITE_KEY', events.length);
    expect(rows.map(inColumns).sort(byText)).toEqual([...events].sort(byText));
    await stack.database.pool.query('truncate events');
  });
});

describe('messages of Segment', () => {
  const message = {
    ...{ type: 'track', event: 'Signed up', messageId: 'm-1', userId: 7, anonymousId: 'anon' },
    ...{ timestamp: '2026-11-20T10:00:00Z', properties: { plan: 'pro', nothing: null } },
  };
  async function post(path: string, body: object, key = 'shop') {
    const authorization = `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
    const answer = await fetch(stack.ingestionUrl + path, {
      ...{ method: 'POST', headers: { authorization }, body: JSON.stringify(body) },
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  it('count once, however often they are sent', async () => {
    for (const path of ['/v1/t', '/v1/track', '/v1/batch']) {
      const body = path === '/v1/batch' ? { batch: [message, message] } : message;
      expect((await post(path, body)).body).toMatchObject({ success: true, rejected: [] });
    }
    await post('/v1/track', { ...message, messageId: 'm-2' });
    const [first, ...more] = await stored('shop', 2);
    expect(more.length).toBe(1);
    expect(first).toMatchObject({ event_type: 'Signed up', user_id: '7', properties: { plan: 'pro' } });
  });

  it.each<[string, object]>([
    ['a long id', { messageId: `${'x'.repeat(10_000)}1` }],
    ['another long id', { messageId: `${'x'.repeat(10_000)}2` }],
    ['a number as id', { messageId: 17, timestamp: Date.parse('2026-11-20T10:00:00Z') }],
  ])('count once by %s, too', async (event, more) => {
    for (let time = 0; time < 2; time += 1) await post('/v1/track', { ...message, event, ...more });
    const count = async () => (await stored('shop', 1)).filter(({ event_type }) => event_type === event).length;
    await eventually(async () => (await count()) === 1, 'the message is stored');
    expect(await count()).toBe(1);
  });

  it.each(['12345678901234567890', '1e999', '0.1234567890123456789'])(
    'with %s in place of an object are not lost',
    async (number) => {
      const raw = `{"writeKey":"odd","event":"odd ${number}","userId":12345678901234567890,"properties":${number}}`;
      const answer = await fetch(`${stack.ingestionUrl}/v1/track`, { method: 'POST', body: raw });
      expect(answer.status).toBe(200);
      const refused = await fetch(`${stack.ingestionUrl}/v1/track`, { method: 'POST', body: number });
      expect(refused.status).toBe(400);
      const count = async () => (await stored('odd', 1)).filter(({ event_type }) => event_type === `odd ${number}`);
      await eventually(async () => (await count()).length === 1, 'the message is stored');
      expect(await count()).toMatchObject([{ user_id: '12345678901234567890', properties: null }]);
    },
  );

  it('are rejected one by one, and as a whole when none is valid', async () => {
    const broken = { type: 'track', messageId: 'm-3', timestamp: 'yesterday', event: 'x' };
    expect(await post('/v1/batch', { batch: [message, broken, 7] })).toEqual({
      status: 200,
      body: {
        ...{ success: true, accepted: 1 },
        rejected: [
          expect.objectContaining({ index: 1, reason: 'bad_format', field: 'timestamp' }),
          expect.objectContaining({ index: 2, reason: 'not_an_object' }),
        ],
      },
    });
    expect((await post('/v1/track', broken)).body).toMatchObject({ error: { code: 'no_valid_events' } });
    expect((await post('/v1/track', message, 'no site')).status).toBe(400);
  });
});
