/** What is said of users goes to a route of its own, in the queue of events. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMillrace, type Problem } from '../src/millrace.js';
import { type Collector, collect } from './collector.js';

let collector: Collector;
let problems: Problem[];
beforeEach(async () => {
  collector = await collect();
  problems = [];
});
afterEach(() => collector.close());

const create = () => createMillrace({ url: collector.url, site: 'demo', onError: (problem) => problems.push(problem) });

it('goes to /identify, in order, and is tried again', async () => {
  collector.answers.push({ status: 503 });
  const client = create();
  client.identify({ user_id: 'ada', anonymous_id: 'x', traits: { plan: 'pro' } });
  await client.flush();
  const body = { site_id: 'demo', user_id: 'ada', anonymous_id: 'x', traits: { plan: 'pro' } };
  expect(collector.requests.map((request) => [request.path, request.body])).toEqual([
    ['/identify', body],
    ['/identify', body],
  ]);
});

it('is dropped and named where the server does not know it', async () => {
  collector.answers.push({ status: 404 });
  const client = create();
  client.identify({ user_id: 'ada' });
  await client.flush();
  expect(problems.map(({ reason, lost }) => ({ reason, lost }))).toEqual([
    { reason: 'refused', lost: [{ route: '/identify', body: { site_id: 'demo', user_id: 'ada' } }] },
  ]);
});
