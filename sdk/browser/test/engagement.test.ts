import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { allDelivered, launchChromium, openShop, type Shop, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

describe.skipIf(!hasChromium())('engagement', () => {
  let browser: Browser;
  let shop: Shop;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    shop = await openShop(browser);
    const context = await shop.open();
    page = await context.newPage();
    shop.site.pages['/long'] = pageWith(tagFor(shop.collector.url), '<div style="height:7200px"></div>');
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.clock.install({ time: '2026-01-05T10:00:00Z' });
    await page.clock.pauseAt('2026-01-05T10:01:00Z');
    await page.goto(shop.address('/long'));
    await pass(1_000);
    await allDelivered(page, shop.collector, 1);
  });
  afterEach(() => shop.close());

  /** Path, seconds, percent scrolled. */
  const reports = () =>
    shop.collector
      .kept()
      .filter(({ event_type: type }) => type === 'engagement')
      .map(({ path, properties }) => [
        new URL(path).pathname,
        Number(properties.engaged_ms) / 1000,
        properties.scroll_percent,
      ]);
  const reported = (count: number) => eventually(async () => reports().length >= count, `${count} reports`);
  const pass = (ms: number) => page.clock.runFor(ms);
  const navigate = async (path: string) => {
    await page.evaluate(`history.pushState({}, '', '${path}')`);
    await pass(300);
  };
  const scrollTo = async (y: number) => {
    await page.evaluate(`addEventListener('scroll', () => { globalThis.seen = scrollY; }); scrollTo(0, ${y})`);
    await eventually(() => page.evaluate(`globalThis.seen === ${y}`), 'the page has heard of it');
  };

  it('belongs to the page where it happened, and is reported when the next one starts', async () => {
    await pass(30_000);
    await navigate('/next');
    await pass(20_000);
    await navigate('/third');
    await pass(400);
    await reported(2);
    expect(reports()).toEqual([
      ['/long', 31, 10],
      ['/next', 20, 10],
    ]);
  });

  it('starts over with each view', async () => {
    await scrollTo(2880);
    await scrollTo(0);
    await navigate('/next');
    await pass(20_000);
    await navigate('/third');
    await pass(400);
    await reported(2);
    expect(reports()).toEqual([
      ['/long', 1, 50],
      ['/next', 20, 10],
    ]);
  });

  it('is reported every ten minutes, each time only what is new', async () => {
    for (let report = 1; report <= 3; report += 1) {
      await pass(report === 1 ? 600_000 : 599_600);
      await pass(400);
      await reported(report);
    }
    expect(reports()).toEqual([
      ['/long', 600, 10],
      ['/long', 600, 10],
      ['/long', 600, 10],
    ]);
  });

  it('excludes time without focus', async () => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setFocusEmulationEnabled', { enabled: false });
    const other = await page.context().newPage();
    await other.bringToFront();
    await eventually(() => page.evaluate('!document.hasFocus()'), 'the focus is elsewhere');
    await pass(60_000);
    await page.bringToFront();
    await eventually(() => page.evaluate('document.hasFocus()'), 'the focus is back');
    await pass(10_000);
    await navigate('/next');
    await pass(400);
    await reported(1);
    expect(reports()).toEqual([['/long', 11, 10]]);
  });

  it('of three seconds or less is reported only if the visitor has scrolled', async () => {
    await pass(2_000);
    await navigate('/a');
    await pass(2_999);
    await navigate('/b');
    await scrollTo(1440);
    await pass(1_000);
    await navigate('/c');
    await pass(400);
    await reported(1);
    expect(reports()).toEqual([['/b', 1, 30]]);
  });
});
