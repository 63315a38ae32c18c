import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, deliveredEvents, openShopForEach, purchases, queuedCount, type Shop, track } from './shop.ts';

describe.skipIf(!hasChromium())('a batch', () => {
  let shop: Shop;
  let page: Page;

  openShopForEach((opened) => {
    ({ shop, page } = opened);
  }, 'data-debug');

  const kept = (): string[] => deliveredEvents(shop.collector);

  it('halves a batch that is too large, and drops a single event that is', async () => {
    shop.collector.decide(({ events }) =>
      events.some(({ event_type }) => event_type === 'huge') || events.length > 8 ? { status: 413 } : 'ok',
    );
    const warnings: string[] = [];
    page.on('console', (message) => warnings.push(message.text()));
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.track('huge')");
    await track(page, 1, 40);
    await allDelivered(page, shop.collector, 41);
    expect(kept()).toEqual([...purchases(1, 40), 'view /'].sort());
    expect(warnings).toContain('millrace: 413 {"error":{"code":"test_rejection"}}');
  });

  it('drops an event that fits into no batch without holding up the others', async () => {
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.track('huge', { text: 'é'.repeat(100_000) })");
    await track(page, 1);
    await allDelivered(page, shop.collector, 2);
    expect(kept()).toEqual([...purchases(1, 1), 'view /']);
  });

  it('keeps the newest 200 events across a reload', async () => {
    shop.collector.decide(() => ({ status: 503, headers: { 'retry-after': '100' } }));
    await page.clock.install();
    await page.goto(shop.address('/'));
    await eventually(
      async () => (await queuedCount(page)) === 1 && shop.collector.deliveries.length === 1,
      'it was refused',
    );
    // Its number depends on how long the test takes.
    await page.evaluate("millrace.before((event) => (event.event_type === 'engagement' ? null : event))");
    // One per millisecond, so it is known which are the oldest.
    await page.evaluate(`(async () => {
      for (let n = 1; n <= 250; n += 1) {
        const now = Date.now();
        while (Date.now() === now);
        millrace.track('buy', { n });
      }
    })()`);
    expect(await queuedCount(page)).toBe(200);
    shop.collector.decide(() => 'ok');
    await page.goto(shop.address('/cart'));
    await page.clock.runFor(120_000);
    await allDelivered(page, shop.collector, 200);
    expect(kept()).toEqual([...purchases(52, 250), 'view /cart'].sort());
  });

  it('sends at most 50 events and 60,000 bytes in a batch, and leaves nothing behind', async () => {
    await page.clock.install();
    await page.goto(shop.address('/'));
    await page.evaluate("for (let n = 1; n <= 60; n += 1) millrace.track('buy', { n, text: 'é'.repeat(2000) })");
    await page.evaluate('for (let n = 61; n <= 180; n += 1) millrace.track("buy", { n })');
    await page.goto(shop.address('/pricing'));
    // Requests whose response the page did not live to see are sent again.
    await page.clock.runFor(40_000);
    await allDelivered(page, shop.collector, 182);
    const sizes = shop.collector.deliveries.map(({ events, bytes }) => events.length <= 50 && bytes <= 60_100);
    expect(sizes.every(Boolean)).toBe(true);
    const numbers = shop.collector.kept().map(({ properties }) => Number(properties.n ?? 0));
    expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 181 }, (_, n) => n)));
  });

  it('sends the first batch after 300 ms, or at once from 20 events on', async () => {
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await page.clock.pauseAt('2026-01-05T10:05:00Z');
    await track(page, 1, 3);
    await page.clock.runFor(290);
    expect(shop.collector.deliveries.length).toBe(1);
    await page.clock.runFor(50);
    await allDelivered(page, shop.collector, 4);
    await track(page, 4, 23);
    await page.clock.runFor(1);
    await allDelivered(page, shop.collector, 24);
    expect(shop.collector.deliveries.map(({ events }) => events.length)).toEqual([1, 3, 20]);
  });
});
