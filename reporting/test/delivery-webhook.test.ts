import { createHmac } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { type HookReceiver, receiveHooks } from '@millrace/shared/testing/hook-receiver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryDeps, deliverReport } from '../src/delivery/deliver-report.js';
import { deliveryDeps, figures, insertReport, ledgerOf } from './delivered-reports.js';

let database: TestDatabase;
let receiver: HookReceiver;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  receiver = await receiveHooks();
});
afterEach(() => receiver.close());

const secret = 'whsec_of_the_test';
const insertHook = (webhook = `http://127.0.0.1:${receiver.port}/hook`, fields = {}) =>
  insertReport(database, { recipients: [], webhook, secret, ...fields });
const clock = () => new Date('2026-11-23T08:00:00Z');
const deps = (): DeliveryDeps => ({ ...deliveryDeps(database, undefined), clock });
const deliver = (id: string, given = deps()) => deliverReport(given, 'demo', id);
const notYet = /is not fully delivered/;

describe('a webhook of a report', () => {
  it('is posted once with a signature that its receiver can verify', async () => {
    const changes = [{ name: 'views', title: 'Views', before: '1', after: '2' }];
    const id = await insertHook(undefined, { revision: 2, changes });
    expect(await deliver(id)).toEqual({ sent: 1, failed: 0, skipped: 0, unknown: 0 });
    await deliver(id);
    const [post, ...others] = receiver.received;
    expect(others).toEqual([]);
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(post!.headers['millrace-signature']))!;
    expect(Number(t)).toBe(clock().getTime() / 1_000);
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${post!.body}`).digest('hex'));
    const link = new RegExp(
      `^https://stats\\.example\\.org/api/v1/reports/${id}/download\\?expires=1798012800&signature=`,
    );
    expect(JSON.parse(post!.body)).toEqual({
      event: 'report',
      report: {
        ...{ id, template: 'weekly', title: 'Weekly growth', site_id: 'demo' },
        period: { from: '2026-11-16', to: '2026-11-22', timezone: 'Europe/Berlin' },
        ...{ format: 'csv', keyFigures: figures, revision: 2, changes },
      },
      link: expect.stringMatching(link),
    });
  });

  it('is posted again with the same id after 5xx or a request to wait; 4xx and redirects are final', async () => {
    receiver.statuses.push(503, 429, 204);
    const id = await insertHook();
    await expect(deliver(id)).rejects.toThrow(notYet);
    await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await deliver(id)).toMatchObject({ sent: 1 });
    expect(new Set(receiver.received.map(({ headers }) => headers['millrace-delivery'])).size).toBe(1);
    for (const status of [404, 302]) {
      receiver.statuses.push(status);
      const refused = await insertHook();
      expect(await deliver(refused)).toMatchObject({ failed: 1 });
      expect(await ledgerOf(database, refused)).toMatchObject([
        { kind: 'webhook', attempts: 1, error: expect.stringContaining(`responded with ${status}`) },
      ]);
    }
    expect(receiver.received).toHaveLength(5);
  });

  it('is posted once more if the receiver does not answer, since it may have received it, and up to eight times if it is unreachable', async () => {
    receiver.statuses.push(0, 0);
    const id = await insertHook();
    const withShortTimeout = { ...deps(), webhookOptions: { allowPrivate: true, timeoutMs: 500 } };
    await expect(deliver(id, withShortTimeout)).rejects.toThrow(notYet);
    expect(await ledgerOf(database, id)).toMatchObject([{ status: 'unknown', error: 'no response within 0.5 s' }]);
    expect(await deliver(id, withShortTimeout)).toMatchObject({ unknown: 1 });
    await deliver(id);
    expect(receiver.received).toHaveLength(2);
    const away = await insertHook('http://127.0.0.1:1/');
    for (let attempt = 1; attempt < 8; attempt += 1) await expect(deliver(away)).rejects.toThrow(notYet);
    expect(await deliver(away)).toMatchObject({ failed: 1 });
  });

  it.each([
    ['http://127.0.0.1/', 'it must begin with https://'],
    ['https://10.0.0.7/', '10.0.0.7 is in a private network'],
    ['https://[::ffff:169.254.169.254]/', 'is reserved'],
    [
      'https://hooks.example.test/',
      'hooks.example.test resolves to a forbidden address: 127.0.0.1 is in a private network',
    ],
  ])('at %s is not posted if private addresses are not allowed', async (webhook, reason) => {
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const id = await insertHook(webhook);
    const outside = { ...deps(), webhookOptions: { allowPrivate: false, resolve } };
    expect(await deliver(id, outside)).toMatchObject({ failed: 1 });
    expect((await ledgerOf(database, id))[0]!.error).toContain(reason);
  });
});
