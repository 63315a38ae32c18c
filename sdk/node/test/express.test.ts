import express, { type Express, type Request } from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expressContext, millraceExpress } from '../src/express.js';
import { createMillrace, type Millrace } from '../src/millrace.js';
import { type Collector, startCollector } from './collector.js';
import { type Listening, listen } from './listen.js';

let collector: Collector;
let client: Millrace;
let server: Listening | undefined;
beforeEach(async () => {
  collector = await startCollector();
  client = createMillrace({ url: collector.url, site: 'demo' });
});
afterEach(async () => {
  await server?.close();
  await collector.close();
});

const browser = { 'user-agent': 'Mozilla/5.0 (X11)', accept: 'text/html,*/*', referer: 'https://news.example/' };

async function ask(app: Express, path: string, init: RequestInit = {}): Promise<Record<string, unknown>[]> {
  server = await listen(app);
  await (await fetch(server.url + path, { headers: browser, ...init })).text();
  await client.flush();
  return collector.accepted.map(({ event_id: _id, timestamp: _time, site_id: _site, ...rest }) => rest);
}

const known = {
  path: 'http://127.0.0.1/pricing?utm_source=x',
  referrer: 'https://news.example/',
  context: { ip: '127.0.0.1', user_agent: 'Mozilla/5.0 (X11)' },
};

describe('req.millrace', () => {
  it('adds the address of the page, the referrer and the visitor to an event', async () => {
    const app = express().use(millraceExpress(client));
    app.post('/pricing', (req, res) => {
      req.millrace.track({ event_type: 'search', properties: { words: 2 } });
      res.send('ok');
    });
    expect(await ask(app, '/pricing?utm_source=x', { method: 'POST' })).toEqual([
      { ...known, event_type: 'search', properties: { words: 2 } },
    ]);
  });

  it('does not override what the event contains', async () => {
    const app = express().use(millraceExpress(client));
    app.get('/pricing', (req, res) => {
      req.millrace.track({ event_type: 'search', path: '/own', context: { user_agent: 'own' } });
      res.send('ok');
    });
    expect(await ask(app, '/pricing')).toEqual([
      { ...known, event_type: 'search', path: '/own', context: { ip: '127.0.0.1', user_agent: 'own' } },
    ]);
  });

  it('trusts a proxy only if Express does', async () => {
    const headers = {
      ...browser,
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
    };
    for (const trust of [false, true]) {
      const app = express().set('trust proxy', trust).use(millraceExpress(client));
      app.get('/', (req, res) => {
        req.millrace.track({ event_type: 'seen', properties: { ...expressContext(req) } });
        res.send('ok');
      });
      await ask(app, '/', { headers });
      await server?.close();
    }
    const contexts = [
      { ip: '127.0.0.1', user_agent: 'Mozilla/5.0 (X11)' },
      { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11)' },
    ];
    expect(collector.accepted.map(({ path, context, properties }) => ({ path, context, properties }))).toEqual([
      { path: 'http://127.0.0.1/', context: contexts[0], properties: contexts[0] },
      { path: 'https://shop.example/', context: contexts[1], properties: contexts[1] },
    ]);
  });

  it('never throws, even for a missing event or an address that is too long', async () => {
    const app = express().use(
      millraceExpress(client, {
        userId() {
          throw new Error('no session');
        },
      }),
    );
    app.get('/{*any}', (req, res) => {
      req.millrace.track(undefined as unknown as { event_type: string });
      req.millrace.track({ event_type: 'good' });
      res.send('ok');
    });
    const [, good] = await ask(app, `/${'x'.repeat(3_000)}`);
    expect(String(good?.path)).toHaveLength(2_048);
  });
});

describe('views', () => {
  function shop(views: boolean | ((req: Request) => boolean)): Express {
    const app = express();
    app.use(millraceExpress<Request>(client, { views, userId: (req) => req.get('x-user') }));
    app.get('/pricing', (_req, res) => {
      res.send('<p>9 EUR');
    });
    app.get('/api', (_req, res) => {
      res.json({});
    });
    app.get('/failing', (_req, res) => {
      res.status(500).send('<p>no');
    });
    return app;
  }

  it('are tracked for pages that are sent', async () => {
    const headers = { ...browser, 'x-user': 'ada' };
    expect(await ask(shop(true), '/pricing?utm_source=x', { headers })).toEqual([
      { ...known, event_type: 'view', user_id: 'ada' },
    ]);
  });

  it('are tracked for pages that the browser has cached', async () => {
    const app = shop(true);
    server = await listen(app);
    const etag = (await fetch(`${server.url}/pricing`)).headers.get('etag') as string;
    await server.close();
    // Otherwise Node's fetch sends `no-cache`, and the response is never a 304.
    const headers = { ...browser, 'if-none-match': etag, 'cache-control': 'max-age=0' };
    const views = await ask(app, '/pricing', { headers });
    expect(views).toHaveLength(2);
  });

  it.each(['/api', '/failing', '/nowhere'])('are not tracked for %s', async (path) => {
    expect(await ask(shop(true), path)).toEqual([]);
  });

  it('are off by default', async () => {
    expect(await ask(shop(false), '/pricing')).toEqual([]);
  });

  it('are selected by a function, and skipped if it throws', async () => {
    const isWanted = (req: Request) => {
      if (req.path === '/failing') throw new Error('cannot say');
      return req.path === '/api';
    };
    const app = shop(isWanted);
    await ask(app, '/failing');
    await server?.close();
    await ask(app, '/pricing');
    await server?.close();
    const views = await ask(app, '/api');
    expect(views.map(({ path }) => path)).toEqual(['http://127.0.0.1/api']);
  });
});
