/** The common setup: a shop with its collector and a browser. */
import { hostName, launchChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type Collector, type ReceivedEvent, startCollector } from './collector.ts';
import { type Site, startSite } from './site.ts';

export interface Shop {
  collector: Collector;
  site: Site;
  /** The address of a page; not localhost, and without HTTPS. */
  address(path: string): string;
  /** A new browser profile. */
  open(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** The script tag, with additional attributes. */
export const tagFor = (collectorUrl: string, attributes = ''): string =>
  `<script defer src="${collectorUrl}/m.js" data-site="demo" data-allow-webdriver ${attributes}></script>`;

export async function openShop(browser: Browser, attributes = ''): Promise<Shop> {
  const collector = await startCollector();
  const site = await startSite(tagFor(collector.url, attributes));
  const contexts: BrowserContext[] = [];
  return {
    collector,
    site,
    address: (path) => `http://${hostName}:${site.port}${path}`,
    async open() {
      const context = await browser.newContext();
      contexts.push(context);
      return context;
    },
    async close() {
      await Promise.all(contexts.map((context) => context.close()));
      await collector.close();
      await site.close();
    },
  };
}

/** Tracks purchases with the numbers `from` to `to`. */
export const track = (page: Page, from: number, to = from): Promise<unknown> =>
  page.evaluate(`for (let n = ${from}; n <= ${to}; n += 1) millrace.track('buy', { n })`);
/** The same purchases as summaries. */
export const purchases = (from: number, to: number, path = '/'): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `buy ${path} {"n":${from + index}}`);

export interface ShopContext {
  shop: Shop;
  context: BrowserContext;
  page: Page;
}

/**
 * Before each test of the block, opens a shop and a page with a new profile, in one shared browser, and closes them afterwards.
 * `onOpen` receives them; `attributes` go into the script tag.
 */
export function openShopForEach(onOpen: (opened: ShopContext) => Promise<void> | void, attributes = ''): void {
  let browser: Browser;
  let shop: Shop;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    shop = await openShop(browser, attributes);
    const context = await shop.open();
    await onOpen({ shop, context, page: await context.newPage() });
  });
  afterEach(() => shop.close());
}

/** How many events are queued in the browser. */
export const queuedCount = (page: Page): Promise<number> =>
  page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('millrace:demo:events:')).length");

/** Summaries of the received events, sorted; without engagement, which depends on how long a test takes. */
export const deliveredEvents = (collector: Collector): string[] =>
  collector
    .kept()
    .filter(({ event_type: type }) => type !== 'engagement')
    .map(summarize)
    .sort();

/** Waits until the collector has that many events and the queue is empty, so nothing else can arrive. */
export async function allDelivered(page: Page, collector: Collector, events: number): Promise<void> {
  const arrived = async () => deliveredEvents(collector).length >= events || deliveredEvents(collector).length;
  await eventually(arrived, `${events} events arrive`);
  await eventually(async () => (await queuedCount(page)) === 0, 'no event waits');
}

/** An event in one line: its type, its address without the host, its properties. */
export function summarize({ event_type, path, properties }: ReceivedEvent): string {
  const { pathname, search, hash } = new URL(path);
  const more = Object.keys(properties).length > 0 ? ` ${JSON.stringify(properties)}` : '';
  return `${event_type} ${pathname}${search}${hash}${more}`;
}

export { launchChromium };
