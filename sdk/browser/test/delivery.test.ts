import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, deliveredEvents, openShopForEach, purchases, queuedCount, type Shop, track } from './shop.ts';

describe.skipIf(!hasChromium())('the queue of a page', () => {
  let shop: Shop;
  let context: BrowserContext;
  let page: Page;

  openShopForEach((opened) => {
    ({ shop, context, page } = opened);
  }, 'data-debug');

  const kept = (): string[] => deliveredEvents(shop.collector);

  it('sends a batch without preflight or cookies, and then is empty', async () => {
    await context.addCookies([{ name: 'basket', value: 'x', url: shop.collector.url }]);
    await page.goto(shop.address('/'));
    await track(page, 1, 2);
    await allDelivered(page, shop.collector, 3);
    const { headers, path, sentAt } = shop.collector.deliveries[0]!;
    expect(kept()).toEqual([...purchases(1, 2), 'view /'].sort());
    expect([headers['content-type'], headers.cookie, path]).toEqual(['text/plain;charset=UTF-8', undefined, '/events']);
    expect(new Date(sentAt).toISOString()).toBe(sentAt);
    expect(shop.collector.unexpectedRequests).toEqual([]);
  });

  it('counts events made while the server responds with 503', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length <= 3 ? { status: 503 } : 'ok'));
    await page.clock.install();
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 1, 'the page has tried again');
    await page.goto(shop.address('/pricing'));
    await track(page, 4, 5);
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 7);
    expect(kept()).toEqual([...purchases(1, 3), ...purchases(4, 5, '/pricing'), 'view /', 'view /pricing'].sort());
  });

  it('resends with the same ids and a new sent_at when the response is lost', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length <= 2 ? 'lose' : 'ok'));
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 2, 'the page has sent again');
    await allDelivered(page, shop.collector, 4);
    expect(kept()).toEqual([...purchases(1, 3), 'view /'].sort());
    const [first, ...more] = shop.collector.deliveries;
    expect(more.at(-1)!.events).toEqual(expect.arrayContaining(first!.events));
    expect(more.at(-1)!.sentAt > first!.sentAt).toBe(true);
  });

  it('waits for Retry-After whatever happens meanwhile, even on the next page', async () => {
    shop.collector.decide(() =>
      shop.collector.deliveries.length === 1 ? { status: 429, headers: { 'retry-after': '1920' } } : 'ok',
    );
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.goto(shop.address('/'));
    await eventually(() => page.evaluate("'millrace:demo:wait' in localStorage"), 'it was refused');
    await page.evaluate("localStorage['millrace:demo:wait'] = Date.parse('2026-01-05T10:32:00Z')");
    await page.clock.pauseAt('2026-01-05T10:30:00Z');
    await track(page, 1, 30);
    await page.clock.runFor(100_000);
    await page.goto(shop.address('/pricing'));
    await track(page, 31, 31);
    await page.evaluate('millrace.flush()');
    await page.clock.runFor(15_000);
    expect(shop.collector.deliveries.length).toBe(1);
    await page.clock.runFor(30_000);
    await allDelivered(page, shop.collector, 33);
    expect(kept()).toEqual([...purchases(1, 30), ...purchases(31, 31, '/pricing'), 'view /', 'view /pricing'].sort());
  });

  it('doubles the wait up to ten minutes, plus or minus half', async () => {
    shop.collector.decide(() => ({ status: 500 }));
    // With a fixed clock, a slow machine does not shorten the measured wait.
    await page.clock.setFixedTime(new Date());
    await page.goto(shop.address('/'));
    const waits: number[] = [];
    for (let failures = 1; failures <= 12; failures += 1) {
      await eventually(async () => shop.collector.deliveries.length >= failures, `failure ${failures}`);
      await eventually(() => page.evaluate("'millrace:demo:wait' in localStorage"), 'it waits');
      waits.push(await page.evaluate<number>("localStorage['millrace:demo:wait'] - Date.now()"));
      await page.evaluate("localStorage.removeItem('millrace:demo:wait')");
      await page.evaluate('millrace.flush()');
    }
    const bases = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600];
    const outside = waits.filter((ms, index) => ms > bases[index]! * 1500 || ms < bases[index]! * 500);
    expect(outside).toEqual([]);
  });

  it.each([400, 401, 403])('drops and logs events that are refused with %i', async (status) => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? { status, body: 'no' } : 'ok'));
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(shop.address('/'));
    await eventually(
      async () => shop.collector.deliveries.length === 1 && (await queuedCount(page)) === 0,
      'it is dropped',
    );
    await track(page, 1);
    await allDelivered(page, shop.collector, 1);
    expect(kept()).toEqual(purchases(1, 1));
    expect(warnings).toContain(`millrace: ${status} no`);
  });

  it('drops only the rejected events of a batch', async () => {
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(shop.address('/'));
    await track(page, 1);
    await page.evaluate("millrace.track('refused')");
    await track(page, 2);
    await allDelivered(page, shop.collector, 3);
    expect(kept()).toEqual([...purchases(1, 2), 'view /'].sort());
    expect(warnings).toEqual(['millrace: 200 [Object]']);
  });

  it('does not mistake the page of a proxy for a response of Millrace', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? { status: 200, body: '<html>' } : 'ok'));
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    expect(kept()).toEqual(['view /']);
  });

  it('continues after a lost connection even if the clock was set back', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? 'lose' : 'ok'));
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.goto(shop.address('/'));
    await eventually(async () => shop.collector.deliveries.length === 1, 'the first attempt');
    await page.clock.setSystemTime('2026-01-04T10:00:00Z');
    await track(page, 1);
    await page.clock.runFor(60_000);
    await allDelivered(page, shop.collector, 2);
    expect(kept()).toEqual([...purchases(1, 1), 'view /']);
  });

  it('continues when sendBeacon throws', async () => {
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await page.evaluate(`(async () => {
      const { fetch } = window;
      window.fetch = async () => { throw new TypeError('blocked'); };
      navigator.sendBeacon = () => { window.wasCalled = true; throw new TypeError('blocked too'); };
      Object.defineProperty(document, 'hidden', { value: true, configurable: true });
      millrace.track('buy', { n: 1 });
      while (!window.wasCalled) await new Promise((resolve) => setTimeout(resolve));
      delete document.hidden;
      window.fetch = fetch;
    })()`);
    await track(page, 2);
    await allDelivered(page, shop.collector, 3);
    expect(kept()).toEqual([...purchases(1, 2), 'view /']);
  });

  it.each([
    ['drops', 8, ['view /next']],
    ['sends', 6, ['view /', 'view /next']],
  ])('%s events that have waited for %i days', async (_what, days, expected) => {
    shop.collector.decide(() => ({ status: 503 }));
    await page.clock.install({ time: Date.now() - days * 86_400_000 });
    await page.goto(shop.address('/'));
    await eventually(() => page.evaluate("'millrace:demo:wait' in localStorage"), 'the view was refused');
    await page.evaluate(
      "millrace.before(({ event_type: type, ...event }) => (type === 'engagement' ? null : { ...event, event_type: type }))",
    );
    await page.goto('about:blank');
    shop.collector.decide(() => 'ok');
    await page.clock.setSystemTime(Date.now());
    await page.goto(shop.address('/next'));
    await allDelivered(page, shop.collector, expected.length);
    expect(kept()).toEqual(expected);
  });

  it('continues when the browser is online again', async () => {
    await page.clock.install();
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await context.setOffline(true);
    for (let n = 1; n <= 10; n += 1) {
      await track(page, n);
      await page.clock.runFor(30_000);
    }
    expect(await queuedCount(page)).toBe(10);
    await context.setOffline(false);
    await page.clock.runFor(400);
    await allDelivered(page, shop.collector, 11);
    expect(kept()).toEqual([...purchases(1, 10), 'view /'].sort());
  });
});
