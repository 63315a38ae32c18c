/** What visitors do on pages in Chromium is counted exactly, although Millrace fails now and then. */
import { createKey } from '@millrace/shared/access/keys';
import { hasChromium, hostName, launchChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import { type Stack, startStack } from '@millrace/shared/testing/stack';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ShopSite, startShopSite } from './shop-site.ts';

const desktop = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';
const mac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

/** Public addresses of the USA and of Ireland. */
const addressOf = (userAgent: string) => (userAgent === iphone ? '2a00:1450:4001:81b::200e' : '8.8.8.8');

describe.skipIf(!hasChromium())('events of pages with the script', () => {
  let stack: Stack;
  let site: ShopSite;
  let browser: Browser;

  beforeAll(async () => {
    stack = await startStack({ env: { TRUST_PROXY: '127.0.0.1', INGEST_AUTH: 'key' } });
    const tags: Record<string, string> = {};
    site = await startShopSite(stack.ingestionUrl, tags, addressOf);
    const newKey = { name: 'web', scopes: ['write' as const], siteId: 'shop', origins: [url('')] };
    const { key } = await createKey(stack.database.pool, newKey);
    const attributes = `data-site="shop" data-key="${key}" data-allow-webdriver`;
    tags['/'] = `<script defer src="/stats/m.js" ${attributes}></script>`;
    tags['/blog'] = `<script defer src="${stack.ingestionUrl}/m.js" ${attributes}></script>`;
    browser = await launchChromium();
    await visitAll();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await stack?.stop();
  });

  const url = (path: string) => `http://${hostName}:${site.port}${path}`;
  const waiting = (page: Page) =>
    page.evaluate<number>("Object.keys(localStorage).filter((key) => key.includes(':events:')).length");
  const delivered = (page: Page) =>
    eventually(async () => (await waiting(page)) === 0 || (await waiting(page)), 'sent');

  async function visitAll(): Promise<void> {
    const open = (userAgent: string, locale: string, timezoneId: string) =>
      browser.newContext({ userAgent, locale, timezoneId });
    await visitOfAda(await open(desktop, 'de-AT', 'Europe/Vienna'));
    await visitOfBob(await open(iphone, 'en-GB', 'Europe/London'));
    await visitOfCem(await open(mac, 'tr-TR', 'Europe/Istanbul'));
  }

  /** From a newsletter to an order. The first batch is refused, the response to the second is lost, then the connection is cut. */
  async function visitOfAda(context: BrowserContext): Promise<void> {
    site.fates.push('refuse', 'lose the answer');
    const page = await context.newPage();
    await page.goto(url('/pricing?utm_source=newsletter&utm_medium=email&utm_campaign=spring'));
    await page.click('text=Sign up');
    await delivered(page);
    expect(site.fates).toEqual([]);
    await context.setOffline(true);
    await page.evaluate("history.pushState({}, '', '/order?step=2'); document.title = 'Order'");
    // An engagement event of a page that was open for long may be pending too.
    const isView = `Object.values(localStorage).some((event) => event.includes('"event_type":"view"'))`;
    await eventually(() => page.evaluate<boolean>(isView), 'the view waits');
    await page.evaluate(
      `millrace.track('payment', { transaction_id: 'o-17', status: 'succeeded' }, { revenue: { amount: '12.50', currency: 'EUR' } })`,
    );
    await context.setOffline(false);
    await delivered(page);
    await page.goto(url('/thanks'));
    await delivered(page);
    await context.close();
  }

  /** From a search to the price list in two tabs, the second of which is closed right after its last click. */
  async function visitOfBob(context: BrowserContext): Promise<void> {
    const first = await context.newPage();
    await first.goto(url('/'), { referer: 'https://www.google.de/' });
    await first.click('text=Prices');
    const second = await context.newPage();
    await second.goto(url('/pricing'), { referer: url('/') });
    await second.click('text=Sign up');
    await second.close({ runBeforeUnload: true });
    // The page that would receive the response is closed.
    const arrived = `select from events where path = '/pricing' and browser = 'Safari' and event_type <> 'engagement'`;
    await eventually(async () => (await stack.database.pool.query(arrived)).rowCount === 2, 'a closed tab is heard');
    await context.close();
  }

  /** Reads the blog, which loads the script from Millrace itself: no proxy forwards an address, so the country comes from the time zone. */
  async function visitOfCem(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    await page.goto(url('/blog'), { referer: 'https://chatgpt.com/' });
    const popup = context.waitForEvent('page');
    await page.click('text=Elsewhere');
    await (await popup).close();
    await delivered(page);
    await context.close();
  }

  const statement = `select event_type, path, query, title, referrer, properties from events
    where event_type <> 'engagement' order by timestamp, event_type`;

  it('contain every event once, as it happened on the page', async () => {
    const read = async () => (await stack.database.pool.query<Record<string, unknown>>(statement)).rows;
    await eventually(async () => (await read()).length >= 11 || (await read()).length, 'all is stored');
    const campaign = 'utm_source=newsletter&utm_medium=email&utm_campaign=spring';
    const pricing = { path: '/pricing', title: 'Shop /pricing', properties: null };
    const ofAda = { ...pricing, query: campaign, referrer: '' };
    const order = { path: '/order', query: 'step=2', title: 'Order', referrer: url(`/pricing?${campaign}`) };
    const payment = { transaction_id: 'o-17', status: 'succeeded', amount: '12.50', currency: 'EUR' };
    const home = { path: '/', query: null, title: 'Shop /', referrer: 'https://www.google.de/', properties: null };
    const ofBob = { ...pricing, query: null, referrer: url('/') };
    const blog = { ...home, path: '/blog', title: 'Shop /blog', referrer: 'https://chatgpt.com/' };
    expect(await read()).toEqual([
      { event_type: 'view', ...ofAda },
      { event_type: 'signup-click', ...ofAda, properties: { plan: 'pro' } },
      { event_type: 'view', ...order, properties: null },
      { event_type: 'payment', ...order, properties: payment },
      { event_type: 'view', ...home, path: '/thanks', title: 'Shop /thanks', referrer: '' },
      { event_type: 'view', ...home },
      { event_type: 'download', ...home, properties: { url: url('/prices.pdf') } },
      { event_type: 'view', ...ofBob },
      { event_type: 'signup-click', ...ofBob, properties: { plan: 'pro' } },
      { event_type: 'view', ...blog },
      { event_type: 'outbound', ...blog, properties: { url: 'http://elsewhere.example/' } },
    ]);
  });

  /** Each value with its visitors, views and visits. */
  const tables: Record<string, (string | number | null)[][]> = {
    country: [
      ['IE', 1, 2, 1],
      ['TR', 1, 1, 1],
      ['US', 1, 3, 1],
    ],
    browser: [
      ['Chromium', 1, 1, 1],
      ['Firefox', 1, 3, 1],
      ['Safari', 1, 2, 1],
    ],
    os: [
      ['Linux', 1, 3, 1],
      ['iOS', 1, 2, 1],
      ['macOS', 1, 1, 1],
    ],
    device: [
      ['desktop', 2, 4, 2],
      ['mobile', 1, 2, 1],
    ],
    language: [
      ['de-AT', 1, 3, 1],
      ['en-GB', 1, 2, 1],
      ['tr-TR', 1, 1, 1],
    ],
    hostname: [[hostName, 3, 6, 3]],
    bot: [[null, 3, 6, 3]],
    'visit:source': [
      ['ChatGPT', 1, 1, 1],
      ['Google', 1, 2, 1],
      ['Newsletter', 1, 3, 1],
    ],
    'visit:channel': [
      ['AI Assistants', 1, 1, 1],
      ['Email', 1, 3, 1],
      ['Organic Search', 1, 2, 1],
    ],
    'visit:utm_campaign': [
      ['spring', 1, 3, 1],
      [null, 2, 3, 2],
    ],
    entry_page: [
      ['/', 1, 2, 1],
      ['/blog', 1, 1, 1],
      ['/pricing', 1, 3, 1],
    ],
    exit_page: [
      ['/blog', 1, 1, 1],
      ['/pricing', 1, 2, 1],
      ['/thanks', 1, 3, 1],
    ],
  };

  it.each(Object.entries(tables))('are counted by %s', async (dimension, rows) => {
    const common = { site_id: 'shop', date_range: 'all', metrics: ['visitors', 'views', 'visits'] };
    const answer = await fetch(`${stack.reportingUrl}/api/v1/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...common, dimensions: [dimension], order_by: [[dimension, 'asc']] }),
    });
    const { results } = (await answer.json()) as { results: { dimensions: unknown[]; metrics: unknown[] }[] };
    expect(results.map(({ dimensions, metrics }) => [...dimensions, ...metrics])).toEqual(rows);
  });
});
