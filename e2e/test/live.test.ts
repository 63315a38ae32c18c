/** Watches a site live while events go through the pipeline, and while the database is stopped. */
import { queueBackends } from '@millrace/shared/testing/database';
import { type Listening, listen } from '@millrace/shared/testing/event-stream';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, expect, it } from 'vitest';
import { makeOwnPostgres, type OwnPostgres } from './own-postgres.js';
import { post } from './send-events.js';

let postgres: OwnPostgres;
let stack: Stack;
afterEach(async () => {
  await stack.stop();
  await postgres.remove();
});

const visitorsAre =
  (count: number) =>
  ({ event, data }: Listening['events'][number]) =>
    event === 'live' && data.visitors_now === count;

it('counts visitors, reports a stopped database, and resumes when it is back', async () => {
  postgres = await makeOwnPostgres();
  stack = await startStack({ backend: queueBackends.at(-1)!, serverUrl: postgres.url });
  const visit = (user_id: string) =>
    post(`${stack.ingestionUrl}/event`, { site_id: 'shop', event_type: 'view', path: '/', user_id });
  const listening = await listen(`${stack.reportingUrl}/api/v1/sites/shop/live`);
  await listening.next('no visitors yet', visitorsAre(0));
  expect(await visit('ada')).toBe(200);
  const { data } = await listening.next('ada is there', visitorsAre(1));
  expect(data.pages).toEqual([{ value: '/', visitors: 1 }]);
  const before = listening.events.length;
  await postgres.stop();
  const { data: problem } = await listening.next('the problem is sent', ({ event }) => event === 'problem', before);
  expect(problem.error.code).toBe('database_unavailable');
  const newcomer = await listen(`${stack.reportingUrl}/api/v1/sites/shop/live`);
  await newcomer.next('the problem is sent to newcomers', ({ event }) => event === 'problem');
  const stopped = listening.events.length;
  await postgres.start();
  await listening.next('the state is sent again', visitorsAre(1), stopped);
  expect(await visit('bob')).toBe(200);
  for (const each of [listening, newcomer]) {
    await each.next('bob is counted', visitorsAre(2));
    expect(each.isEnded()).toBe(false);
  }
  expect(listening.events.slice(before).filter(({ event }) => event === 'problem').length).toBeLessThanOrEqual(3);
  expect(await stack.reporting.end()).toBe(0);
  await listening.ended();
});
