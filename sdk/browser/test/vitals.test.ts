import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, openShop, tagFor } from './shop.ts';
import { pageWith } from './site.ts';

describe.skipIf(!hasChromium())('the script for web vitals', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it.each(['before', 'after'])('counts them if it loads %s the main script', async (place) => {
    const shop = await openShop(browser);
    const { url, kept } = shop.collector;
    const tags = [tagFor(url), `<script defer src="${url}/millrace-vitals.js"></script>`];
    if (place === 'before') tags.reverse();
    shop.site.pages['/'] = pageWith(tags.join(''), '<h1>Shop</h1><button>Buy</button>');
    const page = await (await shop.open()).newPage();
    await page.goto(shop.address('/'));
    // INP is left out: browsers report it only when they are idle.
    const vitals = () =>
      kept()
        .filter(({ event_type: type, properties }) => type === 'web_vitals' && !('inp' in properties))
        .map(({ properties }) => Object.keys(properties));
    const arrived = (count: number) =>
      eventually(async () => vitals().length === count || vitals().length, `${count} vitals arrive`);
    await arrived(2);
    // An application navigates before the remaining vitals are known.
    await page.evaluate("history.pushState({}, '', '/pricing')");
    await page.click('button');
    await arrived(3);
    // What the closed page could not send, the next one does.
    await page.goto(shop.address('/next'));
    await arrived(4);
    expect(vitals().sort()).toEqual(['cls', 'fcp', 'lcp', 'ttfb'].map((name) => [name, 'rating']));
    const measured = kept().filter(({ event_type: type }) => type === 'web_vitals');
    expect(new Set(measured.map(({ path }) => path))).toEqual(new Set([shop.address('/')]));
    expect(typeof measured.find(({ properties }) => 'ttfb' in properties)!.properties.ttfb).toBe('number');
    await shop.close();
  });
});
