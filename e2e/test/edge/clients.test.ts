/** Unmodified clients of other tools in a Node process: everything they send is counted. */
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { Umami } from '@umami/node';
import { afterAll, beforeAll, expect, it } from 'vitest';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const statement = `select event_type as type, path, user_id as user, properties from events where site_id = $1 order by 1, 2, 3`;

async function stored(siteId: string, count: number) {
  const read = async () => (await stack.database.pool.query<Record<string, unknown>>(statement, [siteId])).rows;
  await eventually(async () => (await read()).length >= count || (await read()).length, `${count} events are stored`);
  return read();
}

it('@segment/analytics-node', async () => {
  const client = new Analytics({ writeKey: 'segment', host: stack.ingestionUrl });
  client.track({ userId: 'ada', event: 'Order Completed', properties: { revenue: 12.5 } });
  client.page({ anonymousId: 'anon', properties: { url: 'https://shop.example/pricing?a=1', title: 'Pricing' } });
  client.identify({ userId: 'ada', traits: { email: 'ada@example.org' } });
  client.alias({ userId: 'ada', previousId: 'anon' });
  await client.closeAndFlush();
  expect(await stored('segment', 4)).toEqual([
    { type: 'Order Completed', path: '', user: 'ada', properties: { revenue: 12.5 } },
    { type: 'alias', path: '', user: 'ada', properties: { previous_id: 'anon' } },
    { type: 'identify', path: '', user: 'ada', properties: null },
    { type: 'view', path: '/pricing', user: 'anon', properties: null },
  ]);
});

it('@rudderstack/rudder-sdk-node', async () => {
  const client = new RudderAnalytics('rudder', { dataPlaneUrl: stack.ingestionUrl, gzip: true });
  client.track({ userId: 'bob', event: 'Signed Up', properties: { plan: 'pro' } });
  client.page({ userId: 'bob', name: 'Home', properties: { url: 'https://shop.example/' } });
  await new Promise<void>((resolve) => client.flush(() => resolve()));
  expect(await stored('rudder', 2)).toEqual([
    { type: 'Signed Up', path: '', user: 'bob', properties: { plan: 'pro' } },
    { type: 'view', path: '/', user: 'bob', properties: { hostname: 'shop.example', name: 'Home' } },
  ]);
});

it('@umami/node', async () => {
  const client = new Umami({ hostUrl: stack.ingestionUrl, websiteId: 'umami' });
  await client.track({ url: '/pricing', title: 'Pricing' });
  await client.track('signup-button', { name: 'newsletter', id: 123 });
  expect(await stored('umami', 2)).toEqual([
    { type: 'signup-button', path: '', user: null, properties: { name: 'newsletter', id: 123 } },
    { type: 'view', path: '/pricing', user: null, properties: null },
  ]);
});
