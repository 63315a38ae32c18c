import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, deliveredEvents, openShopForEach, purchases, type Shop, track } from './shop.ts';

describe.skipIf(!hasChromium())('a page that is left', () => {
  let shop: Shop;
  let context: BrowserContext;
  let page: Page;

  openShopForEach((opened) => {
    ({ shop, context, page } = opened);
  });

  const kept = (): string[] => deliveredEvents(shop.collector);
  const arrived = (count: number) =>
    eventually(async () => kept().length >= count || kept().length, `${count} events arrive`);

  it('sends its queue when the visitor leaves for another site', async () => {
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await page.clock.pauseAt('2026-01-05T10:01:00Z');
    await track(page, 1, 2);
    await page.goto('about:blank');
    await arrived(3);
    expect(kept()).toEqual([...purchases(1, 2), 'view /']);
  });

  it('sends its queue when the tab is closed', async () => {
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 1);
    await page.clock.pauseAt('2026-01-05T10:01:00Z');
    await track(page, 1, 2);
    await page.close({ runBeforeUnload: true });
    await arrived(3);
    expect(kept()).toEqual([...purchases(1, 2), 'view /']);
  });

  it('leaves unsent events to another tab', async () => {
    shop.collector.decide(() => ({ status: 503 }));
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length > 0, 'it was refused');
    await page.close();
    shop.collector.decide(() => 'ok');
    const next = await context.newPage();
    await next.clock.install();
    await next.goto(shop.address('/pricing'));
    await next.clock.runFor(40_000);
    await allDelivered(next, shop.collector, 5);
    expect(kept()).toEqual([...purchases(1, 3), 'view /', 'view /pricing']);
  });

  it('leaves events that were being sent when it closed to another tab', async () => {
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? 'forget' : 'ok'));
    await page.goto(shop.address('/'));
    await track(page, 1, 3);
    await eventually(async () => shop.collector.deliveries.length === 1, 'a delivery is on its way');
    await page.close();
    const next = await context.newPage();
    await next.clock.install();
    await next.goto(shop.address('/pricing'));
    await arrived(1);
    await next.clock.runFor(40_000);
    await allDelivered(next, shop.collector, 5);
    expect(kept()).toEqual([...purchases(1, 3), 'view /', 'view /pricing']);
  });

  it('leaves events that were being sent when it closed to an idle tab', async () => {
    const idle = await context.newPage();
    await idle.clock.install();
    await idle.goto(shop.address('/pricing'));
    await arrived(1);
    shop.collector.decide(() => (shop.collector.deliveries.length === 2 ? 'forget' : 'ok'));
    await page.goto(shop.address('/'));
    await track(page, 1);
    await eventually(async () => shop.collector.deliveries.length === 2, 'a delivery is on its way');
    await page.close();
    await idle.clock.runFor(40_000);
    await allDelivered(idle, shop.collector, 3);
    expect(kept()).toEqual([...purchases(1, 1), 'view /', 'view /pricing']);
  });

  it('shares its queue with other tabs without sending an event twice', async () => {
    const other = await context.newPage();
    await Promise.all([page.goto(shop.address('/')), other.goto(shop.address('/pricing'))]);
    for (let n = 1; n <= 30; n += 1) await Promise.all([track(page, n), track(other, n)]);
    await allDelivered(page, shop.collector, 62);
    expect(kept()).toEqual([...purchases(1, 30), ...purchases(1, 30, '/pricing'), 'view /', 'view /pricing'].sort());
    const ids = shop.collector.deliveries.flatMap(({ events }) => events.map(({ event_id: id }) => id));
    expect(ids.length).toBe(62);
  });

  it('sends only its own events when several tabs come online together', async () => {
    const other = await context.newPage();
    await Promise.all([page.goto(shop.address('/')), other.goto(shop.address('/pricing'))]);
    await allDelivered(page, shop.collector, 2);
    await context.setOffline(true);
    await track(page, 1, 5);
    await track(other, 6, 10);
    await context.setOffline(false);
    await allDelivered(page, shop.collector, 12);
    expect(kept()).toEqual([...purchases(1, 5), ...purchases(6, 10, '/pricing'), 'view /', 'view /pricing'].sort());
    const ids = shop.collector.deliveries.flatMap(({ events }) => events.map(({ event_id: id }) => id));
    expect(ids.length).toBe(12);
  });

  it('switches to another visitor even if storage is full', async () => {
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.identify('ada'); millrace.track('a')");
    await allDelivered(page, shop.collector, 2);
    await page.evaluate(
      "for (let size = 5e6, n = 0; size >= 1; n += 1) { try { localStorage[n] = 'x'.repeat(size); } catch { size /= 2; } }",
    );
    await page.evaluate("millrace.identify('grace'); millrace.track('b')");
    await arrived(3);
    const users = shop.collector.kept().map(({ event_type, user_id }) => [event_type, user_id]);
    expect(users).toEqual([
      ['view', undefined],
      ['a', 'ada'],
      ['b', 'grace'],
    ]);
  });

  it.each([
    [
      'is blocked',
      "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    ],
    ['is disabled', "Object.defineProperty(window, 'localStorage', { value: null })"],
    [
      'is full',
      'for (let size = 5e6, n = 0; size >= 1; n += 1) { try { localStorage[n] = "x".repeat(size); } catch { size /= 2; } }',
    ],
  ])('counts even if storage %s', async (_what, script) => {
    await page.addInitScript(script);
    shop.collector.decide(() => (shop.collector.deliveries.length === 1 ? { status: 503 } : 'ok'));
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.identify('ada')");
    await track(page, 1, 60);
    await arrived(61);
    expect(kept()).toEqual([...purchases(1, 60), 'view /'].sort());
    const buyers = shop.collector.kept().flatMap((event) => (event.event_type === 'buy' ? [event.user_id] : []));
    expect(new Set(buyers)).toEqual(new Set(['ada']));
  });
});
