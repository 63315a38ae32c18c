/** `GET /api/v1/operator/live` on each queue backend: the backlog, and the rates of arriving and stored events. */
import { createKey } from '@millrace/shared/access/keys';
import { queueNames } from '@millrace/shared/contract/jobs';
import { queueBackends } from '@millrace/shared/testing/database';
import { listen } from '@millrace/shared/testing/event-stream';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterEach, describe, expect, it } from 'vitest';
import { numberedEvent, post } from './send-events.js';

interface Depth {
  name: string;
  waiting: number;
  rate_per_second: number;
  oldest_waiting_seconds: number;
}

describe.each(queueBackends)('on %s', (backend) => {
  let stack: Stack;
  afterEach(() => stack.stop());

  it('shows administrators of all sites the backlog, and when it is processed', async () => {
    stack = await startStack({ backend, env: { READ_AUTH: 'key' } });
    const url = `${stack.reportingUrl}/api/v1/operator/live`;
    const withKey = async (scope: 'read' | 'admin', siteId?: string) => {
      const { key } = await createKey(stack.database.pool, { name: 'tester', scopes: [scope], siteId });
      return { authorization: `Bearer ${key}` };
    };
    expect((await listen(url)).status).toBe(401);
    expect((await listen(url, await withKey('read'))).status).toBe(403);
    expect((await listen(url, await withKey('admin', 'shop'))).status).toBe(403);
    const listening = await listen(url, await withKey('admin'));
    const { event, data } = await listening.next('a state', () => true);
    expect(event).toBe('operator');
    expect(data.queues.map(({ name }: Depth) => name)).toEqual(queueNames);
    expect(data.events).toEqual({ received_per_second: 0, stored_per_second: 0 });
    const events = ({ data: { queues } }: { data: { queues: Depth[] } }) =>
      queues.find(({ name }) => name === 'event-ingest')!;

    expect(await stack.processors[0]!.end('SIGTERM')).toBe(0);
    const batch = Array.from({ length: 500 }, (_each, index) => numberedEvent(index));
    for (let times = 0; times < 3; times += 1) expect(await post(`${stack.ingestionUrl}/events`, batch)).toBe(200);
    await listening.next('the events come', (state) => state.data.events.received_per_second > 0);
    const waits = await listening.next(
      'they wait',
      (state) => events(state).waiting === 3 && events(state).oldest_waiting_seconds > 0,
    );
    expect(waits.data.events.stored_per_second).toBe(0);
    const before = listening.events.length;
    stack.processors.push(await spawnService('processor', stack.env));
    await listening.next(
      'they are stored',
      (state) => events(state).waiting === 0 && state.data.events.stored_per_second > 0,
      before,
    );
    await listening.next('jobs ended', (state) => events(state).rate_per_second > 0, before);
    listening.leave();
    expect(await stack.reporting.end()).toBe(0);
  });
});
