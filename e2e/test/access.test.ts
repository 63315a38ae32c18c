/** Requests every route of every service with every kind of key, on real processes. */
import { createKey, revokeKey } from '@millrace/shared/access/keys';
import { keysOptions } from '@millrace/shared/commands/keys-options';
import { eventually } from '@millrace/shared/testing/eventually';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let stack: Stack;
let scheduler: SpawnedService;
const keys: Record<string, string | undefined> = {};

beforeAll(async () => {
  stack = await startStack({ env: { INGEST_AUTH: 'key', READ_AUTH: 'key', TRUST_PROXY: '127.0.0.1' } });
  scheduler = await spawnService('scheduler', stack.env);
  await eventually(async () => (await fetch(`${scheduler.url}/health/ready`)).ok, 'the scheduler is ready');
  const { pool } = stack.database;
  const make = async (name: string, given: object) => {
    const { id, key } = await createKey(pool, { name, scopes: ['admin'], ...given });
    keys[name] = key;
    return id;
  };
  await make('write', { scopes: ['write'] });
  await make('read', { scopes: ['read'] });
  await make('admin', {});
  await make('write here', { scopes: ['write'], siteId: 'demo' });
  await make('write there', { scopes: ['write'], siteId: 'other' });
  await make('read here', { scopes: ['read'], siteId: 'demo' });
  await make('read there', { scopes: ['read'], siteId: 'other' });
  await make('admin here', { siteId: 'demo' });
  await make('admin there', { siteId: 'other' });
  await make('expired', { expiresAt: new Date(Date.now() - 1_000) });
  await revokeKey(pool, await make('revoked', {}));
  Object.assign(keys, { none: undefined, malformed: 'admin', unknown: `mr_${'x'.repeat(43)}` });
  await pool.query(`insert into sites (site_id) values ('demo'), ('other')`);
});
afterAll(async () => {
  await scheduler.end();
  await stack.stop();
});

const refusedKeys = { none: 401, malformed: 401, unknown: 401, expired: 401, revoked: 401 };
/** Expected statuses by kind of key, for each kind of route. */
const kinds = {
  write: {
    ...refusedKeys,
    write: 200,
    read: 403,
    admin: 200,
    'write here': 200,
    'write there': 403,
    'read here': 403,
    'read there': 403,
    'admin here': 200,
    'admin there': 403,
  },
  read: {
    ...refusedKeys,
    write: 403,
    read: 200,
    admin: 200,
    'write here': 403,
    'write there': 403,
    'read here': 200,
    'read there': 403,
    'admin here': 200,
    'admin there': 403,
  },
  sites: {
    ...refusedKeys,
    write: 403,
    read: 200,
    admin: 200,
    'write here': 403,
    'write there': 403,
    'read here': 200,
    'read there': 200,
    'admin here': 200,
    'admin there': 200,
  },
  change: {
    ...refusedKeys,
    write: 403,
    read: 403,
    admin: 200,
    'write here': 403,
    'write there': 403,
    'read here': 403,
    'read there': 403,
    'admin here': 200,
    'admin there': 403,
  },
  admin: {
    ...refusedKeys,
    write: 403,
    read: 403,
    admin: 200,
    'write here': 403,
    'write there': 403,
    'read here': 403,
    'read there': 403,
    'admin here': 403,
    'admin there': 403,
  },
  letters: {
    ...refusedKeys,
    write: 403,
    read: 403,
    admin: 200,
    'write here': 403,
    'write there': 403,
    'read here': 403,
    'read there': 403,
    'admin here': 200,
    'admin there': 200,
  },
} as const;

const event = { site_id: 'demo', event_type: 'view', path: '/' };
const query = { site_id: 'demo', metrics: ['views'], date_range: 'all' };
const steps = [{ filters: ['is', 'path', ['/']] }, { filters: ['is', 'path', ['/a']] }];
const post = (body: object) => ({ method: 'POST', body });
const cleanup = '/api/v1/queues/cleanup';
const noLetter = '00000000-0000-8000-a000-000000000000';

type Route = [
  string,
  'ingestion' | 'reporting' | 'scheduler',
  keyof typeof kinds,
  { method?: string; body?: object }?,
  number?,
];

/** Path, service, kind, request, and the expected status if it is not 200. */
const routes: Route[] = [
  ['/event', 'ingestion', 'write', post(event)],
  ['/events', 'ingestion', 'write', post([event])],
  ['/stats?site_id=demo', 'reporting', 'read'],
  ['/api/v1/query?site_id=demo&metrics=views&date_range=all', 'reporting', 'read'],
  ['/api/v1/query', 'reporting', 'read', post(query)],
  ['/api/v1/funnel', 'reporting', 'read', post({ site_id: 'demo', date_range: 'all', steps, window: '1h' })],
  ['/api/v1/retention?site_id=demo&period=week&date_range=all', 'reporting', 'read'],
  ['/api/v1/retention', 'reporting', 'read', post({ site_id: 'demo', date_range: '30d', period: 'week' })],
  ['/api/v1/journeys', 'reporting', 'read', post({ site_id: 'demo', date_range: 'all' })],
  ['/api/v1/sites', 'reporting', 'sites'],
  ['/api/v1/sites/demo', 'reporting', 'read'],
  ['/api/v1/sites/demo', 'reporting', 'change', { method: 'PATCH', body: { name: 'Demo' } }],
  ['/api/v1/queues/metrics', 'scheduler', 'admin'],
  [`${cleanup}/metrics`, 'scheduler', 'admin'],
  [`${cleanup}/jobs`, 'scheduler', 'admin'],
  [
    `${cleanup}/jobs`,
    'scheduler',
    'admin',
    post({ jobName: 'clean', data: { type: 'old_logs' }, options: { delay: 1e9 } }),
    201,
  ],
  [`${cleanup}/jobs/missing`, 'scheduler', 'admin', {}, 404],
  [`${cleanup}/jobs/missing`, 'scheduler', 'admin', { method: 'DELETE' }, 404],
  [`${cleanup}/jobs/missing/retry`, 'scheduler', 'admin', post({}), 404],
  [`${cleanup}/failed`, 'scheduler', 'admin'],
  [`${cleanup}/failed/retry`, 'scheduler', 'admin', post({ cause: 'none' })],
  [`${cleanup}/recurring`, 'scheduler', 'admin'],
  [`${cleanup}/pause`, 'scheduler', 'admin', post({})],
  [`${cleanup}/resume`, 'scheduler', 'admin', post({})],
  [`${cleanup}/clean`, 'scheduler', 'admin', post({ gracePeriod: 3600 })],
  ['/api/v1/schedules', 'scheduler', 'admin'],
  ['/api/v1/schedules', 'scheduler', 'admin', post({}), 400],
  ['/api/v1/schedules/validate', 'scheduler', 'admin', post({ cron: '* * * * *' })],
  ['/api/v1/schedules/roll', 'scheduler', 'admin'],
  ['/api/v1/schedules/roll', 'scheduler', 'admin', { method: 'PATCH', body: { enabled: true } }],
  ['/api/v1/schedules/roll', 'scheduler', 'admin', { method: 'DELETE' }, 409],
  ['/api/v1/schedules/roll/runs', 'scheduler', 'admin'],
  ['/api/v1/schedules/roll/enable', 'scheduler', 'admin', post({})],
  ['/api/v1/schedules/cache-cleanup/disable', 'scheduler', 'admin', post({})],
  ['/api/v1/schedules/missing/trigger', 'scheduler', 'admin', post({}), 404],
  ['/api/v1/job-templates', 'scheduler', 'admin'],
  ['/api/v1/job-templates', 'scheduler', 'admin', post({}), 400],
  ['/api/v1/job-templates/missing', 'scheduler', 'admin', {}, 404],
  ['/api/v1/job-templates/missing', 'scheduler', 'admin', { method: 'PATCH', body: { name: 'x' } }, 404],
  ['/api/v1/job-templates/missing', 'scheduler', 'admin', { method: 'DELETE' }, 404],
  ['/api/v1/job-templates/missing/jobs', 'scheduler', 'admin', post({}), 404],
  ['/api/v1/flows', 'scheduler', 'admin', post({}), 400],
  ['/api/v1/flows/cleanup/missing', 'scheduler', 'admin', {}, 404],
  ['/api/v1/dead-letters', 'scheduler', 'letters'],
  [`/api/v1/dead-letters/${noLetter}`, 'scheduler', 'letters', {}, 404],
  [`/api/v1/dead-letters/${noLetter}`, 'scheduler', 'letters', { method: 'PATCH', body: { payload: event } }, 404],
  [`/api/v1/dead-letters/${noLetter}/replay`, 'scheduler', 'letters', post({}), 404],
  ['/api/v1/dead-letters/replay', 'scheduler', 'change', post({ site_id: 'demo' })],
  ['/api/v1/alerts', 'scheduler', 'admin'],
  ['/api/v1/alerts', 'scheduler', 'admin', post({}), 400],
  [`/api/v1/alerts/${noLetter}`, 'scheduler', 'admin', {}, 404],
  [`/api/v1/alerts/${noLetter}`, 'scheduler', 'admin', { method: 'PATCH', body: { enabled: true } }, 404],
  [`/api/v1/alerts/${noLetter}`, 'scheduler', 'admin', { method: 'DELETE' }, 404],
  [`/api/v1/alerts/${noLetter}/test`, 'scheduler', 'admin', post({}), 404],
  [`/api/v1/alerts/${noLetter}/deliveries`, 'scheduler', 'admin', {}, 404],
  ['/api/v1/audit', 'scheduler', 'admin'],
  ['/admin/queues/api/queues', 'scheduler', 'admin'],
];

function urlOf(service: 'ingestion' | 'reporting' | 'scheduler'): string {
  return { ingestion: stack.ingestionUrl, reporting: stack.reportingUrl, scheduler: scheduler.url }[service];
}

let requestCount = 0;
/** Each request comes from a different address, so that no rate limit applies. */
const freshAddress = () => `198.51.${(requestCount >> 8) % 256}.${requestCount++ % 256}`;

async function ask(
  url: string,
  given: { method?: string; body?: object },
  key: string | undefined,
  address = freshAddress(),
): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
  return fetch(url, {
    method: given.method ?? 'GET',
    headers: { ...headers, ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    ...(given.body && { body: JSON.stringify(given.body) }),
  });
}

const neededScope = { write: 'write', read: 'read', sites: 'read', change: 'admin', admin: 'admin', letters: 'admin' };

/** The scopes of the key that the command printed in `message` would create. */
function offeredScopes(message: string) {
  const command = /`npm run keys -- ([^`]+)`/.exec(message)?.[1];
  const parsed = keysOptions(command?.split(' ') ?? []);
  return parsed.kind === 'create' ? parsed.options.scopes : parsed;
}

describe.each(routes)('%s of %s', (path, service, kind, given = {}, instead = 200) => {
  it(`is for keys of kind ${kind} (${given.method ?? 'GET'})`, async () => {
    const statuses: Record<string, number> = {};
    for (const name of Object.keys(kinds[kind])) {
      const response = await ask(`${urlOf(service)}${path}`, given, keys[name]);
      statuses[name] = response.status === instead ? 200 : response.status;
      const body = await response.text();
      if (response.status === 401) {
        expect(response.headers.get('www-authenticate'), name).toBe('Bearer');
        const { code, message } = JSON.parse(body).error;
        expect(code).toBe('unauthorized');
        if (keys[name] !== undefined) expect(message).toMatch(/^This key is unknown/);
        else expect(offeredScopes(message)).toEqual([neededScope[kind]]);
      }
    }
    expect(statuses).toEqual(kinds[kind]);
  });
});

it('rejects each event of another site in a batch, with the reason', async () => {
  const response = await ask(
    `${stack.ingestionUrl}/events`,
    post([event, { ...event, site_id: 'other' }]),
    keys['write here'],
  );
  expect(await response.json()).toEqual({
    status: 'ok',
    accepted: 1,
    rejected: [{ index: 1, reason: 'wrong_site', field: 'site_id', message: 'this key is limited to site "demo"' }],
  });
});

it('limits a site key to its site', async () => {
  const sites = async (name: string) =>
    (
      (await (await ask(`${stack.reportingUrl}/api/v1/sites`, {}, keys[name])).json()) as {
        sites: { site_id: string }[];
      }
    ).sites.map(({ site_id }) => site_id);
  expect(await sites('read')).toEqual(['demo', 'other']);
  expect(await sites('read there')).toEqual(['other']);
});

it.each([
  ['ingestion', '/health'],
  ['ingestion', '/metrics'],
  ['reporting', '/health/ready'],
  ['reporting', '/docs'],
  ['reporting', '/openapi.json'],
  ['reporting', '/api/v1/definitions'],
  ['scheduler', '/health'],
  ['scheduler', '/metrics'],
  ['scheduler', '/admin/login'],
] as const)('leaves %s%s open', async (service, path) => {
  expect((await fetch(`${urlOf(service)}${path}`)).status).toBe(200);
});

it.each(['/api/v1/queues/%/metrics', '/api/v1/alerts/%00', '/api/v1/alerts/%E0%A4%A/test', '/admin/queues/queue/%'])(
  'answers 404 at %s, which does not decode to valid text',
  async (path) => {
    expect((await ask(`${scheduler.url}${path}`, {}, keys.admin)).status).toBe(404);
  },
);

it('answers 429 to an address that tries many wrong keys, but not to other addresses', async () => {
  const statuses = new Set<number>();
  const guesser = '203.0.113.9';
  for (let index = 0; index < 70; index += 1) {
    const guess = `mr_${String(index).padStart(43, 'x')}`;
    statuses.add((await ask(`${scheduler.url}/api/v1/audit`, {}, guess, guesser)).status);
  }
  expect([...statuses].sort()).toEqual([401, 429]);
  expect((await ask(`${scheduler.url}/api/v1/audit`, {}, keys.admin)).status).toBe(200);
});

it('limits events per key and requests per address', async () => {
  const limited = await spawnService('ingestion', { ...stack.env, INGEST_RATE_LIMIT: '1' });
  await eventually(async () => (await fetch(`${limited.url}/health/ready`)).ok, 'it is ready');
  const send = (count: number) => ask(`${limited.url}/events`, post(Array(count).fill(event)), keys.write);
  expect((await send(10)).status).toBe(200);
  const refused = await send(1);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ask(`${limited.url}/event`, post(event), keys.admin)).status).toBe(200);
  await limited.end();
  const reporting = await spawnService('reporting', { ...stack.env, RATE_LIMIT_REQUESTS: '5' });
  const statuses: number[] = [];
  for (let index = 0; index < 7; index += 1) {
    const address = '203.0.113.10';
    statuses.push((await ask(`${reporting.url}/stats?site_id=demo`, {}, keys.read, address)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  await reporting.end();
});
