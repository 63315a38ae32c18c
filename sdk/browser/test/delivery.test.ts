/** Every event that a page has made arrives once, whatever happens in between. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { collected, launchChromium, openShop, type Shop, settled, waiting } from './shop.ts';

const track = (page: Page, from: number, to = from): Promise<unknown> =>
  page.evaluate(`for (let n = ${from}; n <= ${to}; n += 1) millrace.track('buy', { n })`);
const bought = (from: number, to: number, path = '/'): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `buy ${path} {"n":${from + index}}`);

describe.skipIf(!hasChromium())('the queue of a page', () => {
  let browser: Browser;
  let shop: Shop;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    shop = await openShop(browser, 'data-debug');
    context = await shop.open();
    page = await context.newPage();
  });
  afterEach(() => shop.close());

  const kept = (): string[] => collected(shop.collector);

  it('sends a batch without a preflight, without cookies, and empties', async () => {
    await context.addCookies([{ name: 'basket', value: 'x', url: shop.collector.url }]);
    await page.goto(shop.address('/'));
    await track(page, 1, 2);
    await settled(page, shop.collector, 3);
    const { headers, path, sentAt } = shop.collector.deliveries[0]!;
    expect(kept()).toEqual([...bought(1, 2), 'view /'].sort());
    expect([headers['content-type'], headers.cookie, path]).toEqual(['text/plain;charset=UTF-8', undefined, '/events']);
    expect(new Date(sentAt).toISOString()).toBe(sentAt);
    expect(shop.collector.strangers).toEqual([]);
  });

  it('counts what was done while the server answered 503', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length <= 3 ? { status: 503 } : 'ok'));
    await page.clock.install();
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 1, 'the page has tried again');
    await page.goto(shop.address('/pricing'));
    await track(page, 4, 5);
    await page.clock.runFor(40_000);
    await settled(page, shop.collector, 7);
    expect(kept()).toEqual([...bought(1, 3), ...bought(4, 5, '/pricing'), 'view /', 'view /pricing'].sort());
  });

  it('sends again under the same id and with a new sent_at when the reply was lost', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length <= 2 ? 'lose' : 'ok'));
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 2, 'the page has sent again');
    await settled(page, shop.collector, 4);
    expect(kept()).toEqual([...bought(1, 3), 'view /'].sort());
    const [first, ...more] = shop.collector.deliveries;
    expect(more.at(-1)!.events).toEqual(expect.arrayContaining(first!.events));
    expect(more.at(-1)!.sentAt > first!.sentAt).toBe(true);
  });

  it('waits as long as Retry-After says, whatever is done meanwhile, also on the next page', async () => {
    shop.collector.decide(() =>
      shop.collector.deliveries.length === 1 ? { status: 429, headers: { 'retry-after': '120' } } : 'ok',
    );
    await page.clock.install();
    await page.goto(shop.address('/'));
    await eventually(
      async () => (await waiting(page)) === 1 && shop.collector.deliveries.length === 1,
      'it was refused',
    );
    await track(page, 1, 30);
    await page.clock.runFor(100_000);
    await page.goto(shop.address('/pricing'));
    await track(page, 31, 31);
    await page.evaluate('millrace.flush()');
    await page.clock.runFor(15_000);
    expect(shop.collector.deliveries.length).toBe(1);
    await page.clock.runFor(30_000);
    await settled(page, shop.collector, 33);
    expect(kept()).toEqual([...bought(1, 30), ...bought(31, 31, '/pricing'), 'view /', 'view /pricing'].sort());
  });

  it('waits longer each time, up to ten minutes, half more or less', async () => {
    shop.collector.decide(() => ({ status: 500 }));
    await page.clock.install();
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
    const outside = waits.filter((ms, index) => ms > bases[index]! * 1500 || ms < bases[index]! * 500 - 2_000);
    expect(outside).toEqual([]);
  });

  it.each([400, 401, 403])('drops what is answered %i, and says so', async (status) => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? { status, body: 'no' } : 'ok'));
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(shop.address('/'));
    await eventually(
      async () => shop.collector.deliveries.length === 1 && (await waiting(page)) === 0,
      'it is dropped',
    );
    await track(page, 1);
    await settled(page, shop.collector, 1);
    expect(kept()).toEqual(bought(1, 1));
    expect(warnings).toContain(`millrace: ${status} no`);
  });

  it('drops of a batch only what is rejected', async () => {
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(shop.address('/'));
    await track(page, 1);
    await page.evaluate("millrace.track('refused')");
    await track(page, 2);
    await settled(page, shop.collector, 3);
    expect(kept()).toEqual([...bought(1, 2), 'view /'].sort());
    expect(warnings).toEqual(['millrace: 200 [Object]']);
  });

  it('does not take the page of a proxy for an answer', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? { status: 200, body: '<html>' } : 'ok'));
    await page.goto(shop.address('/'));
    await settled(page, shop.collector, 1);
    expect(kept()).toEqual(['view /']);
  });

  it('goes on when the browser is online again', async () => {
    await page.clock.install();
    await page.goto(shop.address('/'));
    await settled(page, shop.collector, 1);
    await context.setOffline(true);
    for (let n = 1; n <= 10; n += 1) {
      await track(page, n);
      await page.clock.runFor(30_000);
    }
    expect(await waiting(page)).toBe(10);
    await context.setOffline(false);
    await page.clock.runFor(400);
    await settled(page, shop.collector, 11);
    expect(kept()).toEqual([...bought(1, 10), 'view /'].sort());
  });
});
