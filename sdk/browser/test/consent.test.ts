import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { allDelivered, openShopForEach, type Shop, summarize, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

describe.skipIf(!hasChromium())('the script', () => {
  let shop: Shop;
  let page: Page;

  openShopForEach(async (opened) => {
    ({ shop, page } = opened);
    await page.clock.install();
  });

  const kept = () => shop.collector.kept().filter(({ event_type: type }) => type !== 'engagement');

  it('forgets everything and counts nothing after opting out, on later pages too', async () => {
    shop.collector.decide(() => ({ status: 503, headers: { 'retry-after': '20' } }));
    // The visitor opts out just before the page learns that the view was rejected.
    await page.addInitScript(`if (location.pathname === '/') {
      const { fetch } = window;
      window.fetch = async (...request) => {
        const response = await fetch(...request);
        millrace.identify('ada');
        millrace.track('a');
        millrace.optOut(true);
        millrace.track('b');
        setTimeout(() => { window.isOut = true; });
        return response;
      };
    }`);
    await page.goto(shop.address('/'));
    await eventually(() => page.evaluate('window.isOut === true'), 'the visitor has opted out');
    shop.collector.decide(() => 'ok');
    await page.goto(shop.address('/next'));
    expect(await page.evaluate('Object.entries(localStorage)')).toEqual([['millrace:demo:out', '1']]);
    await page.clock.runFor(40_000);
    await page.evaluate("millrace.optOut(false); millrace.track('c')");
    await allDelivered(page, shop.collector, 1);
    expect(kept().map(summarize)).toEqual(['c /next']);
  });

  it('stores and sends nothing before consent, and then everything since the page was opened', async () => {
    shop.site.pages['/'] = pageWith(tagFor(shop.collector.url, 'data-consent'));
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.identify('ada'); millrace.track('a')");
    await page.clock.runFor(60_000);
    expect([await page.evaluate('localStorage.length'), shop.collector.deliveries.length]).toEqual([0, 0]);
    await page.evaluate('millrace.consent(true)');
    await allDelivered(page, shop.collector, 2);
    expect(kept().map((event) => [summarize(event), event.user_id])).toEqual([
      ['view /', undefined],
      ['a /', 'ada'],
    ]);
    await page.evaluate("millrace.consent(false); millrace.track('b')");
    await page.clock.runFor(60_000);
    expect([await page.evaluate('localStorage.length'), kept().length]).toEqual([0, 2]);
  });

  /** Leaves behind a user, a queued event and a time to wait for; the next page has no consent yet. */
  async function leaveBehind(): Promise<void> {
    for (const path of ['/', '/next']) shop.site.pages[path] = pageWith(tagFor(shop.collector.url, 'data-consent'));
    shop.collector.decide(() => ({ status: 503, headers: { 'retry-after': '60' } }));
    await page.goto(shop.address('/'));
    await page.evaluate("millrace.identify('ada'); millrace.consent(true)");
    await eventually(() => page.evaluate("'millrace:demo:wait' in localStorage"), 'the view was refused');
    await page.goto(shop.address('/next'));
    expect(await page.evaluate("localStorage['millrace:demo:user']")).toBe('ada');
  }

  it('removes what earlier pages stored when consent is withdrawn', async () => {
    await leaveBehind();
    await page.evaluate("localStorage.basket = 'tea'; millrace.track('a'); millrace.consent(false)");
    expect(await page.evaluate('Object.entries(localStorage)')).toEqual([['basket', 'tea']]);
  });

  it('forgets the visitor of earlier pages at reset(), even before consent', async () => {
    await leaveBehind();
    await page.evaluate('millrace.reset()');
    expect(await page.evaluate("'millrace:demo:user' in localStorage")).toBe(false);
    shop.collector.decide(() => 'ok');
    await page.evaluate("millrace.track('a'); millrace.consent(true)");
    await page.clock.runFor(120_000);
    await allDelivered(page, shop.collector, 3);
    const users = kept().map((event) => `${summarize(event)} ${event.user_id}`);
    expect(users.sort()).toEqual(['a /next undefined', 'view / undefined', 'view /next undefined']);
  });

  it('ignores a second consent', async () => {
    shop.site.pages['/'] = pageWith(tagFor(shop.collector.url, 'data-consent'));
    await page.goto(shop.address('/'));
    await page.evaluate('millrace.consent(true)');
    await allDelivered(page, shop.collector, 1);
    await page.evaluate(`
      const { assign } = Object;
      Object.assign = (...objects) => { localStorage.rewritten = true; return assign(...objects); };
      millrace.consent(true);
    `);
    expect(await page.evaluate("'rewritten' in localStorage")).toBe(false);
  });

  it.each([
    [
      'that asks not to be tracked (GPC)',
      'data-respect-dnt',
      "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })",
    ],
    [
      'that asks not to be tracked (DNT)',
      'data-respect-dnt',
      "Object.defineProperty(navigator, 'doNotTrack', { value: '1' })",
    ],
    ['driven by a program', 'data-allow-webdriver="false"', ''],
  ])('does not count a browser %s', async (_what, attributes, script) => {
    await page.addInitScript(script);
    const tag = tagFor(shop.collector.url, attributes).replace(
      'data-allow-webdriver ',
      attributes.includes('webdriver') ? '' : '$&',
    );
    shop.site.pages['/silent'] = pageWith(tag);
    await page.goto(shop.address('/silent'));
    await page.evaluate("millrace.track('a'); millrace.identify('ada'); millrace.optOut(true); millrace('track', 'b')");
    await page.clock.runFor(60_000);
    expect([await page.evaluate('localStorage.length'), shop.collector.deliveries.length]).toEqual([0, 0]);
  });

  it.each(['localhost', '127.0.0.1'])('does not count pages on %s by default', async (host) => {
    shop.site.pages['/counted'] = pageWith(tagFor(shop.collector.url, 'data-localhost'));
    await page.goto(`http://${host}:${shop.site.port}/quiet`);
    await page.evaluate("millrace.track('a')");
    await page.goto(`http://${host}:${shop.site.port}/counted`);
    await allDelivered(page, shop.collector, 1);
    expect(kept().map(summarize)).toEqual(['view /counted']);
  });

  it('respects an opt-out even after the site has consent', async () => {
    for (const path of ['/', '/next']) shop.site.pages[path] = pageWith(tagFor(shop.collector.url, 'data-consent'));
    await page.goto(shop.address('/'));
    await page.evaluate('millrace.consent(true)');
    await allDelivered(page, shop.collector, 1);
    await page.evaluate('millrace.optOut(true)');
    await page.goto(shop.address('/next'));
    await page.evaluate("millrace.track('a'); millrace.consent(true)");
    await page.clock.runFor(60_000);
    await page.evaluate('millrace.consent(false)');
    expect(await page.evaluate('Object.entries(localStorage)')).toEqual([['millrace:demo:out', '1']]);
    await page.evaluate("millrace.track('b'); millrace.consent(true)");
    await page.clock.runFor(60_000);
    expect(kept().map(summarize)).toEqual(['view /']);
  });
});
