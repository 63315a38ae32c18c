import { createHmac } from 'node:crypto';
import { createKeyRing, type KeyRing } from '@millrace/shared/access/key-ring';
import { createKey } from '@millrace/shared/access/keys';
import { requireScope } from '@millrace/shared/access/require-scope';
import { buildServiceApp } from '@millrace/shared/platform/http';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { type HookReceiver, receiveHooks } from '@millrace/shared/testing/hook-receiver';
import { type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverMessages } from '../../src/alerts/deliver-messages.js';
import { evaluateRules } from '../../src/alerts/evaluate-rules.js';
import { startAlerts } from '../../src/alerts/start-alerts.js';
import { openQueues, type Queues } from '../../src/open-queues.js';
import { alertsRoutes } from '../../src/routes/alerts-route.js';

let database: TestDatabase;
let queues: Queues;
let keys: KeyRing;
let receiver: HookReceiver;
let mail: MailReceiver;
let admin: string;
let siteAdmin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  queues = openQueues(testQueue('postgres', database), silent);
  keys = createKeyRing(database.pool, silent);
  mail = await receiveMail();
  admin = (await createKey(database.pool, { name: 'ops', scopes: ['admin'] })).key;
  siteAdmin = (await createKey(database.pool, { name: 'demo', scopes: ['admin'], siteId: 'demo' })).key;
});
afterAll(async () => {
  await mail.close();
  await keys.close();
  await queues.close();
  await database.drop();
});

let now: Date;
const clock = () => now;
const passSeconds = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1_000);
};

beforeEach(async () => {
  now = new Date('2026-11-10T12:00:00Z');
  receiver = await receiveHooks();
  await database.pool.query('truncate alert_rules, dead_letter_events, audit_log cascade');
});
afterEach(() => receiver.close());

const config = () => ({ ALERT_ALLOW_PRIVATE: true, SMTP_URL: mail.url, MAIL_FROM: 'alerts@millrace.example' });

function api(key = admin, environment: { ALERT_ALLOW_PRIVATE: boolean } = config()) {
  const health = { isClosing: () => false, health: {}, logger: silent, telemetry: createTelemetry() };
  const app = buildServiceApp({ ...health, refusalEnvelope: { success: false } }, (routes) => {
    routes.use('/api/v1', requireScope(keys, 'admin'));
    routes.use(alertsRoutes({ pool: database.pool, config: environment, clock }));
  });
  const send = (method: 'get' | 'post' | 'patch' | 'delete', path = '', body?: object) =>
    request(app)[method](`/api/v1/alerts${path}`).set('authorization', `Bearer ${key}`).send(body);
  return send;
}

const rule = (fields: object = {}) => ({
  name: 'Poison',
  kind: 'dead_letters',
  condition: { count: 1, minutes: 10 },
  webhook: `http://127.0.0.1:${receiver.port}/hook`,
  ...fields,
});

const deps = () => ({ pool: database.pool, queues, logger: silent, clock });
const mailSettings = () => ({ url: mail.url, from: 'alerts@millrace.example' });
const deliver = () => deliverMessages({ ...deps(), settings: { allowPrivate: true, mail: mailSettings() } });
const evaluate = () => evaluateRules(deps());

let nextLetter = 1;
const addDeadLetter = () =>
  database.pool.query(
    `insert into dead_letter_events (id, site_id, reason, payload, job_id, created_at) values ($1, 'demo', 'r', '{}', 'j', $2)`,
    [`0190a5b0-7c3d-8000-a000-${String(nextLetter++).padStart(12, '0')}`, now],
  );

const receivedEvents = () => receiver.received.map(({ body }) => JSON.parse(body).event);

describe('a rule', () => {
  it('fires, reminds and resolves with one signed message each', async () => {
    const { body } = await api()('post', '', rule({ renotify_minutes: 5 })).expect(201);
    const { id, secret } = body.data;
    expect(await evaluate()).toBe(1);
    await deliver();
    expect(receivedEvents()).toEqual([]);
    await addDeadLetter();
    expect(await evaluate()).toBe(0);
    passSeconds(15);
    expect(await evaluate()).toBe(1);
    await deliver();
    passSeconds(15);
    await evaluate();
    await deliver();
    expect(receivedEvents()).toEqual(['firing']);
    passSeconds(300);
    await evaluate();
    await deliver();
    passSeconds(600);
    await evaluate();
    await deliver();
    passSeconds(15);
    await evaluate();
    await deliver();
    expect(receivedEvents()).toEqual(['firing', 'reminder', 'resolved']);

    const [first] = receiver.received;
    expect(JSON.parse(first!.body)).toEqual({
      id: first!.headers['millrace-delivery'],
      event: 'firing',
      since: '2026-11-10T12:00:15.000Z',
      at: '2026-11-10T12:00:15.000Z',
      summary: 'Events dead-lettered in the last 10 min: 1 or more; the limit is 1.',
      rule: { id, name: 'Poison', kind: 'dead_letters', condition: { count: 1, minutes: 10 } },
    });
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(first!.headers['millrace-signature']))!;
    expect(new Date(Number(t) * 1_000).toISOString()).toBe('2026-11-10T12:00:15.000Z');
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${first!.body}`).digest('hex'));
    const { body: shown } = await api()('get', `/${id}`).expect(200);
    expect(shown.data).toMatchObject({ state: 'ok', since: '2026-11-10T12:15:30.000Z', problem: null });
  });

  it('is evaluated once and sends one message, however many schedulers are running', async () => {
    await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    const evaluated = await Promise.all([evaluate(), evaluate(), evaluate(), evaluate()]);
    expect(evaluated.reduce((sum, count) => sum + count)).toBe(1);
    await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    expect(receivedEvents()).toEqual(['firing']);
  });

  it('sends one message even if two schedulers claim it, for example after a claim has timed out', async () => {
    await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    const slowly = (get: Queues['get']) => ({ ...deps(), queues: { get } });
    const first = evaluateRules(slowly(queues.get));
    await database.pool.query('update alert_states set evaluated_at = null');
    await Promise.all([first, evaluate(), evaluate()]);
    await deliver();
    expect(receivedEvents()).toEqual(['firing']);
  });

  it('retries failed messages with increasing delays and in order, until it gives up', async () => {
    const { body } = await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    await evaluate();
    receiver.statuses.push(500, 503);
    await deliver();
    passSeconds(19);
    await deliver();
    expect(receiver.received).toHaveLength(1);
    passSeconds(601);
    await evaluate();
    await deliver();
    await deliver();
    expect(receivedEvents()).toEqual(['firing', 'firing']);
    const { body: pending } = await api()('get', `/${body.data.id}/deliveries`);
    expect(pending.data).toMatchObject([
      { event: 'resolved', status: 'pending', attempts: 0 },
      { event: 'firing', status: 'pending', attempts: 2, error: 'the receiver responded with 503' },
    ]);
    passSeconds(40);
    await deliver();
    await deliver();
    expect(receivedEvents()).toEqual(['firing', 'firing', 'firing', 'resolved']);
    const ids = receiver.received.map(({ headers }) => headers['millrace-delivery']);
    expect(new Set(ids).size).toBe(2);

    await addDeadLetter();
    receiver.statuses.push(...Array.from({ length: 20 }, () => 500));
    passSeconds(15);
    await evaluate();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await deliver();
      passSeconds(1_500);
    }
    const { body: given } = await api()('get', `/${body.data.id}/deliveries?limit=1`);
    expect(given.data).toMatchObject([{ event: 'firing', status: 'failed', attempts: 8, next_attempt_at: null }]);
  });

  it('has its message sent by another process, with the same id, if the sender dies', async () => {
    await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    await evaluate();
    await database.pool.query(`update alert_deliveries set attempts = 1, next_attempt_at = $1`, [
      new Date(now.getTime() + 60_000),
    ]);
    await deliver();
    expect(receivedEvents()).toEqual([]);
    passSeconds(60);
    await deliver();
    expect(receivedEvents()).toEqual(['firing']);
  });

  it('resets its state without a message when it is disabled', async () => {
    const { body } = await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    await evaluate();
    await deliver();
    await api()('patch', `/${body.data.id}`, { enabled: false }).expect(200);
    passSeconds(3_600);
    expect(await evaluate()).toBe(0);
    await deliver();
    expect(receivedEvents()).toEqual(['firing']);
    const { body: shown } = await api()('get', `/${body.data.id}`);
    expect(shown.data).toMatchObject({ enabled: false, state: 'ok' });
  });

  it('keeps its state and shows the reason if it cannot be evaluated', async () => {
    const { body } = await api()('post', '', rule({ kind: 'queue_age', condition: { queue: 'cleanup', seconds: 1 } }));
    const away = () => {
      throw new Error('the queue is unreachable');
    };
    await evaluateRules({ ...deps(), queues: { get: away } });
    const { body: shown } = await api()('get', `/${body.data.id}`);
    expect(shown.data).toMatchObject({ state: 'ok', problem: 'the queue is unreachable' });
  });

  it('is evaluated by a running scheduler, which finishes its check when it is closed', async () => {
    now = new Date();
    await api()('post', '', rule()).expect(201);
    await addDeadLetter();
    const close = startAlerts({ ...deps(), telemetry: createTelemetry(), config: config(), clock: () => new Date() });
    await eventually(async () => receiver.received.length === 1, 'the alert arrived');
    await close();
    expect(receivedEvents()).toEqual(['firing']);
  });
});

describe('an email rule', () => {
  it('sends mail with the name in the subject, without letting it inject headers', async () => {
    await api()('post', '', rule({ webhook: undefined, email: 'ops@example.com', name: 'Poison — ünlü' })).expect(201);
    await addDeadLetter();
    await evaluate();
    await deliver();
    expect(mail.received).toMatchObject([{ from: 'alerts@millrace.example', to: ['ops@example.com'] }]);
    const [message] = mail.received;
    const subject = /^Subject: (.*(?:\r\n .*)*)/m.exec(message!.text)![1]!;
    const words = subject.match(/=\?UTF-8\?[QB]\?[^?]*\?=/g)!;
    expect(words.length).toBeGreaterThan(0);
    expect(message!.text).toMatch(/^Message-ID: <[0-9a-f-]{36}@millrace\.example>/m);
    expect(message!.text).toContain('Rule ');
  });

  it('is refused without a mail server, and with an invalid address', async () => {
    const withoutMail = api(admin, { ALERT_ALLOW_PRIVATE: true });
    const email = (address: string) => rule({ webhook: undefined, email: address });
    const refused = await withoutMail('post', '', email('ops@example.com')).expect(400);
    expect(refused.body.error.message).toBe('email requires SMTP_URL and MAIL_FROM, which are not set.');
    for (const address of [
      'no-address',
      'a@b',
      'a@example.com, b@example.com',
      'a@example.com\r\nBcc: b@example.com',
    ]) {
      await api()('post', '', email(address)).expect(400);
    }
    for (const address of ['ops@mail.internal', 'a@b.example']) {
      await api()('post', '', email(address)).expect(201);
    }
  });
});

describe('/api/v1/alerts', () => {
  it('creates, lists, changes and deletes rules, shows a secret once, and records who did it', async () => {
    const { body } = await api()('post', '', rule()).expect(201);
    const { id, secret, ...made } = body.data;
    expect(secret).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);
    expect(made).toMatchObject({
      ...rule(),
      ...{ enabled: true, renotify_minutes: null, state: 'ok', evaluated_at: null, summary: null },
    });
    const { body: listed } = await api()('get');
    expect(listed).toEqual({ success: true, data: [{ id, ...made }] });
    const { body: renamed } = await api()('patch', `/${id}`, { name: 'New', condition: { count: 9, minutes: 1 } });
    expect(renamed.data).toMatchObject({ id, name: 'New', condition: { count: 9, minutes: 1 }, webhook: made.webhook });
    expect(renamed.data.secret).toBeUndefined();
    const stored = () => database.pool.query('select secret, webhook, email from alert_rules');
    expect((await stored()).rows[0].secret).toBe(secret);
    const { body: moved } = await api()('patch', `/${id}`, { webhook: made.webhook });
    expect(moved.data.secret).not.toBe(secret);
    await api()('patch', `/${id}`, { email: 'ops@example.com' }).expect(200);
    expect((await stored()).rows).toEqual([{ secret: null, webhook: null, email: 'ops@example.com' }]);
    await api()('delete', `/${id}`).expect(200, { success: true, data: { id } });
    await api()('get', `/${id}`).expect(404);
    const { rows } = await database.pool.query('select key_name, action, target from audit_log order by id');
    expect(rows).toEqual([
      { key_name: 'ops', action: 'alert.create', target: id },
      ...[1, 2, 3].map(() => ({ key_name: 'ops', action: 'alert.change', target: id })),
      { key_name: 'ops', action: 'alert.delete', target: id },
    ]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('sends a test message immediately and returns the outcome', async () => {
    const { body } = await api()('post', '', rule()).expect(201);
    const good = await api()('post', `/${body.data.id}/test`).expect(200);
    expect(good.body.data).toEqual({ id: expect.any(String), delivered: true });
    receiver.statuses.push(404);
    const bad = await api()('post', `/${body.data.id}/test`).expect(200);
    expect(bad.body.data).toMatchObject({ delivered: false, error: 'the receiver responded with 404' });
    expect(receivedEvents()).toEqual(['test', 'test']);
    passSeconds(3_600);
    await deliver();
    expect(receivedEvents()).toEqual(['test', 'test']);
  });

  it.each([
    ['no target', { webhook: undefined }, 'An alert needs a webhook or an email.'],
    ['two targets', { email: 'ops@example.com' }, 'An alert has a webhook or an email, not both.'],
    ['an unknown field', { colour: 'red' }, 'colour is not allowed'],
    ['an unknown kind', { kind: 'weather' }, 'kind must be one of'],
    ['a condition of another kind', { kind: 'site_silent' }, 'condition.site_id is required'],
    ['a condition with an extra field', { condition: { count: 1, minutes: 1, x: 1 } }, 'condition.x is not allowed'],
    ['a queue that does not exist', { kind: 'queue_age', condition: { queue: 'x', seconds: 1 } }, 'condition.queue'],
    [
      'a failure rate for a queue that keeps no completed jobs',
      { kind: 'failure_rate', condition: { queue: 'event-ingest', percent: 1, minutes: 1 } },
      'condition.queue must be one of',
    ],
    ['a webhook of a cloud’s metadata', { webhook: 'https://169.254.169.254/' }, 'is reserved'],
    ['a name with a line break', { name: 'a\r\nBcc: b@example.com' }, 'name'],
  ])('refuses %s', async (_case, fields, message) => {
    const { body } = await api()('post', '', rule(fields)).expect(400);
    expect(body).toMatchObject({ success: false, error: { code: 'invalid_request' } });
    expect(body.error.message).toContain(message);
  });

  it('refuses private targets unless they are allowed', async () => {
    const { body } = await api(admin, { ALERT_ALLOW_PRIVATE: false })(
      'post',
      '',
      rule({ webhook: 'https://10.0.0.7/' }),
    );
    expect(body.error.message).toBe(
      'webhook is invalid: 10.0.0.7 is in a private network; to allow this, set ALERT_ALLOW_PRIVATE=true.',
    );
  });

  it('requires an admin key for all sites', async () => {
    const { body } = await api(siteAdmin)('get').expect(403);
    expect(body.error.code).toBe('forbidden');
    await api('mr_wrong')('get').expect(401);
  });

  it.each(['nonsense', '0190a5b0-7c3d-8000-a000-000000000000', '%00', "' or true --"])(
    'answers 404 for rule %s',
    async (id) => {
      await api()('get', `/${encodeURIComponent(id)}`).expect(404);
    },
  );
});
