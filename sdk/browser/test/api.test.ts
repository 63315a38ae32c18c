import { init } from '@millrace/browser';
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, openShopForEach, type Shop, summarize, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

describe.skipIf(!hasChromium())('millrace', () => {
  let shop: Shop;
  let page: Page;

  openShopForEach(async (opened) => {
    ({ shop, page } = opened);
    await page.clock.install();
  });

  /** Opens a page that runs `script` before the SDK's tag. */
  async function visit(script: string, attributes = ''): Promise<void> {
    shop.site.pages['/'] = pageWith(`<script>${script}</script>${tagFor(shop.collector.url, attributes)}`);
    await page.goto(shop.address('/'));
  }
  const kept = () =>
    shop.collector
      .kept()
      .filter(({ event_type: type }) => type !== 'engagement')
      .sort((one, other) => one.timestamp.localeCompare(other.timestamp));

  it('runs calls made before the script loaded, in order', async () => {
    await visit(`
      window.millrace = window.millrace || function () { (millrace.q = millrace.q || []).push(arguments) };
      millrace('set', { plan: 'pro' });
      millrace('identify', 'ada');
      millrace('track', 'first', { n: 1 });
      millrace('track', 'second');
    `);
    await page.evaluate("millrace('track', 'third'); millrace.track('fourth');");
    await allDelivered(page, shop.collector, 5);
    expect(kept().map(summarize)).toEqual([
      'view / {"plan":"pro"}',
      'first / {"plan":"pro","n":1}',
      'second / {"plan":"pro"}',
      'third / {"plan":"pro"}',
      'fourth / {"plan":"pro"}',
    ]);
    expect(new Set(kept().map(({ user_id: user }) => user))).toEqual(new Set(['ada']));
  });

  it('remembers the visitor on later pages until reset()', async () => {
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await page.evaluate("millrace.identify('ada'); millrace.identify(''); millrace.identify(undefined)");
    await page.evaluate("millrace.track('a')");
    await page.goto(shop.address('/next'));
    await page.evaluate("millrace.track('b')");
    await page.evaluate("millrace.set({ n: 1 }); millrace.reset(); millrace.track('c')");
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 5);
    const users = kept().map((event) => [summarize(event), event.user_id]);
    expect(users.sort()).toEqual([
      ['a /', 'ada'],
      ['b /next', 'ada'],
      ['c /next', undefined],
      ['view /', undefined],
      ['view /next', 'ada'],
    ]);
  });

  it('accepts revenue and additional fields of an event', async () => {
    await page.goto(shop.address('/'));
    await page.evaluate(`
      millrace.track('payment', { transaction_id: 't1', amount: '9.50', currency: 'EUR', status: 'succeeded' });
      millrace.track('upsell', { kind: 'seat' }, { revenue: { amount: 12, currency: 'USD' }, profile_id: 'p1', path: '${shop.address('/checkout')}' });
    `);
    await allDelivered(page, shop.collector, 3);
    const revenueEvents = shop.collector
      .kept()
      .map(({ event_type, path, profile_id, properties }) => [event_type, path, profile_id, properties]);
    expect(revenueEvents).toEqual([
      ['view', shop.address('/'), undefined, {}],
      [
        'payment',
        shop.address('/'),
        undefined,
        { transaction_id: 't1', amount: '9.50', currency: 'EUR', status: 'succeeded' },
      ],
      ['upsell', shop.address('/checkout'), 'p1', { kind: 'seat', amount: 12, currency: 'USD' }],
    ]);
  });

  it('lets a hook change and drop events, and drops an event when the hook throws', async () => {
    await visit(`
      window.millrace = function () { (millrace.q = millrace.q || []).push(arguments) };
      millrace('before', (event) => {
        if (event.event_type === 'secret') return null;
        if (event.event_type === 'fault') throw new Error('a fault of the page');
        return { ...event, path: event.path.split('?')[0], properties: { ...event.properties, seen: true } };
      });
      for (const name of ['secret', 'fault', 'open']) millrace('track', name);
    `);
    await allDelivered(page, shop.collector, 2);
    expect(kept().map(summarize)).toEqual(['view / {"seen":true}', 'open / {"seen":true}']);
  });

  it('drops only the events for which a hook returns something other than an object', async () => {
    await visit(`
      window.millrace = function () { (millrace.q = millrace.q || []).push(arguments) };
      const made = { yes: true, number: 17, text: 'text', list: [{}], nothing: undefined };
      millrace('before', (event) => (event.event_type in made ? made[event.event_type] : event));
      for (const name of ['first', ...Object.keys(made), 'last']) millrace('track', name);
    `);
    await allDelivered(page, shop.collector, 3);
    expect(kept().map(summarize)).toEqual(['view /', 'first /', 'last /']);
    expect(shop.collector.deliveries.flatMap(({ events }) => events).length).toBe(3);
  });

  it('keeps the order of events of the same millisecond', async () => {
    await visit('Date.now = () => 1767607200000');
    await page.evaluate("for (let n = 1; n <= 40; n += 1) millrace.track('buy', { n })");
    await allDelivered(page, shop.collector, 41);
    const numbers = shop.collector.kept().flatMap(({ properties: { n } }) => n ?? []);
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('accepts as user ids only strings and numbers that the server accepts', async () => {
    await page.goto(shop.address('/'));
    for (const id of ['{ id: 1 }', '["ada"]', 'true', 'null', 'NaN', '() => 1', '""', '"x".repeat(129)']) {
      await page.evaluate(`millrace.identify(${id}); millrace.track('unidentified')`);
    }
    await page.evaluate("millrace.identify(17); millrace.track('number')");
    await page.evaluate("millrace.identify('x'.repeat(128)); millrace.track('text')");
    await allDelivered(page, shop.collector, 11);
    const users = new Set(kept().map((event) => `${event.event_type} ${event.user_id}`));
    expect([...users].sort()).toEqual([
      'number 17',
      `text ${'x'.repeat(128)}`,
      'unidentified undefined',
      'view undefined',
    ]);
  });

  it('never throws, whatever the arguments', async () => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    await page.goto(shop.address('/'));
    await page.evaluate(`
      const circle = {}; circle.circle = circle;
      millrace.track('circle', circle);
      millrace.track('big', { n: 1n });
      millrace.track('nothing', null, null);
      millrace.set(null);
      millrace.before(null);
      millrace.track('hookless');
      millrace.before((event) => event);
      for (const name of ['no such method', 'name', 'length', 'constructor', '__proto__']) millrace(name, ')');
      document.dispatchEvent(new Event('click'));
      document.dispatchEvent(new Event('submit'));
      millrace.track('end');
    `);
    await allDelivered(page, shop.collector, 2);
    expect(kept().map(summarize).sort()).toEqual(['end /', 'view /']);
    expect(faults).toEqual([]);
  });

  it('also works as a module, starts once, and becomes window.millrace', async () => {
    shop.site.pages['/module'] = pageWith(`<script type="module">
      import { init } from '/sdk/api.js';
      const options = { site: 'demo', endpoint: '${shop.collector.url}', allowWebdriver: true, before: (event) => event.event_type === 'drop' ? null : event };
      const millrace = init(options);
      millrace.track('a');
      millrace.track('drop');
      init(options).track('b');
      window.isSame = init(options) === window.millrace;
    </script>`);
    await page.goto(shop.address('/module'));
    await allDelivered(page, shop.collector, 3);
    expect(kept().map(summarize).sort()).toEqual(['a /module', 'b /module', 'view /module']);
    expect(await page.evaluate('isSame')).toBe(true);
  });
});

describe('on a server', () => {
  it('init returns functions that do nothing', () => {
    const millrace = init({ site: 'demo', endpoint: 'https://stats.example' });
    millrace.track('a');
    millrace.identify('ada');
    millrace('page');
    expect(millrace.flush()).toBeUndefined();
  });

  it('init returns something that a promise can resolve with', async () => {
    const millrace = Promise.resolve(init({ site: 'demo', endpoint: 'https://stats.example' }));
    const late = new Promise((resolve) => setImmediate(resolve, 'never'));
    expect(await Promise.race([millrace.then(() => 'ready'), late])).toBe('ready');
  });
});
