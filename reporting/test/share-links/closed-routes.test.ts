/** A shared link gives access only to the listed routes, however the path is written. */
import { once } from 'node:events';
import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../../src/openapi/describe-api.js';
import { sharedRoutes } from '../../src/share-links/shared-routes.js';
import { type SharedSite, startSharedSite } from './shared-site.js';

let site: SharedSite;
let link: string;
let server: Server;
beforeAll(async () => {
  site = await startSharedSite({ now: () => new Date('2025-11-20T12:00:00Z') });
  link = await site.share();
  server = createServer(site.app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await site.stop();
});

/** Sends the path unchanged: clients usually resolve dots and the like first. */
async function ask(method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const { port } = server.address() as AddressInfo;
  const about = { 'content-type': 'application/json', 'content-length': String(body?.length ?? 0) };
  const headers = body === undefined ? {} : about;
  const sent = send({ port, host: '127.0.0.1', method, path, headers });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, text };
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ownRoutes = ['GET /session', 'POST /session'];
const open: string[] = [...sharedRoutes, ...ownRoutes, ...[...sharedRoutes, ...ownRoutes].flatMap(headOf)];

function headOf(route: string): string[] {
  return route.startsWith('GET ') ? [route.replace('GET', 'HEAD')] : [];
}

describe('every route of the service', () => {
  const paths = Object.keys(describeApi().paths).filter((path) => !path.startsWith('/share/'));
  const values: Record<string, string> = { site_id: 'demo', format: 'csv' };
  const filled = (path: string) =>
    path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '0190a5b0-7c3d-7000-8000-000000000001');

  it.each(paths)('is closed below a link unless it is on the list: %s', async (path) => {
    const below = path.replace(/^\/api\/v1/, '');
    const closed = open.some((route) => route.endsWith(` ${below}`)) ? 405 : 404;
    for (const method of methods) {
      if (open.includes(`${method} ${below}`)) continue;
      expect([method, (await ask(method, `${link}/api/v1${filled(below)}`, '{}')).status]).toEqual([method, closed]);
      // Without the right prefix, nothing about the link is looked up.
      expect([401, 404, closed]).toContain((await ask(method, `${link}${filled(path)}x`, '{}')).status);
      expect([401, 404]).toContain((await ask(method, `${link}/api${filled(path)}`, '{}')).status);
    }
  });
});

const parameters = 'site_id=demo&metrics=events&date_range=all';

describe('other spellings of a path', () => {
  it('are not mistaken for a listed route', async () => {
    const slug = link.slice('/share/'.length);
    expect((await ask('GET', `${link}/api/v1/query?${parameters}`)).status).toBe(200);
    const paths = [
      ...['//query', '/./query', '/x/../query', '/query/', '/query//', '/Query', '/QUERY', '/quer%79', '/query%2f'],
      ...['/query%3f', '/query;x=1', '/query\\', '/query%00', '%2fquery', '/%2e/query', '/x/%2e%2e/query', '/query%20'],
    ].map((path) => `${link}/api/v1${path}?${parameters}`);
    const prefixes = [
      ...[`/SHARE/${slug}/api/v1`, `/share/${slug}/API/v1`, `/share/${slug}/api/V1`, `/share/${slug}//api/v1`],
      ...[`//share/${slug}/api/v1`, `/share//${slug}/api/v1`, `/share/${slug}/x/../api/v1`, `/share/${slug}%2fapi/v1`],
      ...[`/share/${slug}%00/api/v1`, `/share/${slug}%20/api/v1`, `/share/%2e%2e/${slug}/api/v1`, '/share//api/v1'],
      ...[
        `/share/${slug.slice(0, -1)}/api/v1`,
        `/share/${slug}=/api/v1`,
        `/share/%/api/v1`,
        `/x/../share/${slug}/api/v1`,
      ],
    ].map((prefix) => `${prefix}/query?${parameters}`);
    for (const path of [...paths, ...prefixes]) {
      expect([path, (await ask('GET', path)).status]).toEqual([path, expect.toBeOneOf([401, 404])]);
    }
  });

  it('do not reach another route', async () => {
    const paths = [
      ...[
        '/../sites',
        '/../../../../api/v1/sites',
        '/%2e%2e/sites',
        '/..%2fsites',
        '/query/../sites',
        '/query/..%2fsites',
      ],
      ...[
        '/sites',
        '/sites/',
        '/sites?limit=1',
        '/sites/%64emo',
        '/sites/demo/',
        '/sites/demo%2f',
        '/sites/demo/../other',
      ],
      ...['/sites/demo%2f..%2fother', '/sites/demo/%2e%2e/other', '/sites/other', '/sites//demo', '/sites/demo//goals'],
      ...[
        '/sites/demo/share-links',
        '/sites/demo/goals/x',
        '/sites/.',
        '/sites/..',
        '/exports',
        '/datasets',
        '/cache/jobs',
      ],
      ...['/operator/live', '/accounting', '/overview', '/reports', '/api/v1/sites', '/https://x/api/v1/sites', '/'],
    ];
    for (const path of paths) {
      expect([path, (await ask('GET', `${link}/api/v1${path}`)).status]).toEqual([path, 404]);
    }
  });

  it('with a host are not cut at the wrong end', async () => {
    const afters = Array.from({ length: 40 }, (_, length) => `${'x'.repeat(length)}/sites`);
    for (const host of ['http://h', 'http://host.example', `http://${'h'.repeat(30)}`]) {
      for (const after of [parameters, ...afters])
        expect((await ask('GET', `${host}${link}/api/v1/query?${after}`)).status).toBe(404);
    }
  });

  it('of a listed route are served if they name the site exactly', async () => {
    expect((await ask('GET', `${link}/api/v1/sites/demo`)).status).toBe(200);
    expect((await ask('HEAD', `${link}/api/v1/sites/demo?x=/../other`)).status).toBe(200);
  });
});

describe('a link', () => {
  it('gives no access outside of its path', async () => {
    for (const path of ['/api/v1/session', '/api/v1/sites/demo', `/api/v1/query?${parameters}`]) {
      expect((await ask('GET', path)).status).toBe(401);
    }
  });

  it('only allows reading even if no keys are needed', async () => {
    const openSite = await startSharedSite({ now: () => new Date('2025-11-20T12:00:00Z'), isOpen: true });
    const shared = await openSite.share({ filters: [['is', 'country', ['DE']]] });
    const before = server;
    server = createServer(openSite.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const body = JSON.stringify({ site_id: 'other', metrics: ['events'], date_range: 'all' });
    expect((await ask('POST', `${shared}/api/v1/query`, body)).status).toBe(403);
    expect((await ask('DELETE', `${shared}/api/v1/sites/demo`)).status).toBe(405);
    const { text } = await ask('GET', `${shared}/api/v1/query?${parameters}&dimensions=country`);
    expect(JSON.parse(text).results).toEqual([{ dimensions: ['DE'], metrics: [60] }]);
    expect((await ask('GET', `/api/v1/query?${parameters}`)).status).toBe(200);
    server.closeAllConnections();
    server.close();
    server = before;
    await openSite.stop();
  });
});
