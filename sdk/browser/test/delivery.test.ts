/** Every event that a page has made arrives once, whatever happens in between. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inShort, launchChromium, openShop, type Shop, settled, waiting } from './shop.ts';

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

  const kept = (): string[] => shop.collector.kept().map(inShort).sort();

  it('sends a batch without a preflight, without cookies, and empties', async () => {
    await context.addCookies([{ name: 'session', value: 'x', url: shop.collector.url }]);
    await page.goto(shop.address('/'));
    await track(page, 1, 2);
    await settled(page, shop.collector, 3);
    const { headers, query, sentAt } = shop.collector.deliveries[0]!;
    expect(kept()).toEqual([...bought(1, 2), 'view /'].sort());
    expect([headers['content-type'], headers.cookie, query]).toEqual(['text/plain;charset=UTF-8', undefined, '']);
    expect(new Date(sentAt).toISOString()).toBe(sentAt);
    expect(shop.collector.strangers).toEqual([]);
  });

  it('counts what was done while the server answered 503', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length <= 3 ? { status: 503 } : 'ok'));
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 1, 'the page has tried again');
    await page.goto(shop.address('/pricing'));
    await track(page, 4, 5);
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
});
