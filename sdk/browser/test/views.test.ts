import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { allDelivered, launchChromium, openShop, type Shop, summarize, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

describe.skipIf(!hasChromium())('views', () => {
  let browser: Browser;
  let shop: Shop;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  afterEach(() => shop.close());

  async function visit(path: string, attributes = ''): Promise<void> {
    shop = await openShop(browser, attributes);
    context = await shop.open();
    page = await context.newPage();
    await page.clock.install();
    await page.goto(shop.address(path));
  }
  /** Views in the order in which they were seen, with their referrers. */
  const seen = (): string[] =>
    shop.collector
      .kept()
      .filter(({ event_type: type }) => type === 'view')
      .sort((one, other) => one.timestamp.localeCompare(other.timestamp))
      .map(
        (event) => `${summarize(event)} from ${event.referrer ? new URL(String(event.referrer)).pathname : 'nowhere'}`,
      );

  it('contain address, referrer and properties of the browser', async () => {
    shop = await openShop(browser);
    context = await browser.newContext({
      locale: 'de-AT',
      timezoneId: 'Europe/Vienna',
      screen: { width: 1280, height: 720 },
    });
    page = await context.newPage();
    await page.goto(shop.address('/pricing?utm_source=mail#top'), { referer: 'https://news.example/today' });
    await allDelivered(page, shop.collector, 1);
    const [event] = shop.collector.kept();
    expect(event).toEqual({
      site_id: 'demo',
      event_type: 'view',
      event_id: event!.event_id,
      timestamp: new Date(event!.timestamp).toISOString(),
      path: shop.address('/pricing?utm_source=mail#top'),
      referrer: 'https://news.example/today',
      title: 'Shop',
      screen: '1280x720',
      language: 'de-AT',
      timezone: 'Europe/Vienna',
      properties: {},
    });
    await context.close();
  });

  it('are counted on each page of a site', async () => {
    await visit('/');
    await allDelivered(page, shop.collector, 1);
    shop.site.pages['/links'] = pageWith(tagFor(shop.collector.url), '<a href="/pricing">Pricing</a>');
    await page.goto(shop.address('/links'));
    await page.click('a');
    await page.waitForURL('**/pricing');
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 3);
    expect(seen()).toEqual(['view / from nowhere', 'view /links from nowhere', 'view /pricing from /links']);
  });

  it('are counted on a page without a title', async () => {
    shop.site.pages['/untitled'] = `<!doctype html>${tagFor(shop.collector.url)}`;
    await visit('/untitled');
    await allDelivered(page, shop.collector, 1);
    expect(seen()).toEqual(['view /untitled from nowhere']);
  });

  it('are counted when an application changes the address, with the title that it sets afterwards', async () => {
    await visit('/');
    await page.evaluate(`
      history.pushState({}, '', '/cart');
      setTimeout(() => { document.title = 'Cart'; }, 100);
    `);
    await allDelivered(page, shop.collector, 2);
    await page.evaluate(`
      history.replaceState({}, '', '/cart?step=2');
      history.replaceState({}, '', '/cart?step=2');
      history.pushState({}, '', '/cart?step=2#pay');
    `);
    await allDelivered(page, shop.collector, 3);
    await page.evaluate(`new Promise((resolve) => {
      addEventListener('popstate', resolve);
      history.back();
    })`);
    await page.evaluate('history.go(-1)');
    await allDelivered(page, shop.collector, 4);
    expect(seen()).toEqual([
      'view / from nowhere',
      'view /cart from /',
      'view /cart?step=2 from /cart',
      'view / from /cart',
    ]);
    const titles = shop.collector.kept().map(({ path, title }) => [new URL(path).pathname, title]);
    expect(titles).toContainEqual(['/cart', 'Cart']);
  });

  it('distinguish fragments with data-hash', async () => {
    await visit('/#/home', 'data-hash');
    await page.evaluate("location.hash = '#/cart'");
    await allDelivered(page, shop.collector, 2);
    await page.evaluate("history.pushState({}, '', '#/pay')");
    await allDelivered(page, shop.collector, 3);
    expect(seen()).toEqual(['view /#/home from nowhere', 'view /#/cart from /', 'view /#/pay from /']);
  });

  it('come only from page() with data-auto="false"', async () => {
    await visit('/', 'data-auto="false"');
    await page.evaluate("history.pushState({}, '', '/quiet')");
    await page.evaluate("millrace.page({ kind: 'list' })");
    await allDelivered(page, shop.collector, 1);
    expect(seen()).toEqual(['view /quiet {"kind":"list"} from nowhere']);
  });

  it('of a 404 page are followed by not_found', async () => {
    shop = await openShop(browser);
    context = await shop.open();
    page = await context.newPage();
    shop.site.pages['/gone'] = pageWith(`<meta name="millrace-404">${tagFor(shop.collector.url)}`);
    await page.goto(shop.address('/gone'));
    await allDelivered(page, shop.collector, 2);
    expect(shop.collector.kept().map(summarize).sort()).toEqual(['not_found /gone', 'view /gone']);
  });

  it('go to the folder of the script, or to the endpoint of the tag, with its key', async () => {
    await visit('/', '');
    await allDelivered(page, shop.collector, 1);
    const { url } = shop.collector;
    shop.site.pages['/folder'] = pageWith(tagFor(`${url}/stats`));
    shop.site.pages['/endpoint'] = pageWith(tagFor(url, `data-endpoint="${url}/other/" data-key="mr_public"`));
    for (const path of ['/folder', '/endpoint']) await page.goto(shop.address(path));
    await page.goto(shop.address('/folder'));
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 4);
    const paths = shop.collector.deliveries.map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['/events', '/stats/events', '/other/events?key=mr_public']));
    expect(shop.collector.unexpectedRequests).toEqual([]);
  });

  it('are counted once if the page contains the script twice', async () => {
    shop = await openShop(browser);
    context = await shop.open();
    page = await context.newPage();
    const tag = tagFor(shop.collector.url);
    shop.site.pages['/twice'] = pageWith(tag + tag);
    await page.goto(shop.address('/twice'));
    await page.evaluate("millrace.track('end')");
    await allDelivered(page, shop.collector, 2);
    expect(shop.collector.kept().map(summarize)).toEqual(['view /twice', 'end /twice']);
  });
});
