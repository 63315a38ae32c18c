/** What the README tells people to put on their pages works as it is printed. */
import { readFileSync } from 'node:fs';
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collected, launchChromium, openShop, settled } from './shop.ts';
import { pageWith } from './site.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe.skipIf(!hasChromium())('the README', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it('shows a tag that counts, and how to speak before it is there', async () => {
    const shop = await openShop(browser);
    const [tag = '', stub = ''] = Array.from(readme.matchAll(/```html\n(.*?)```/gs), ([, html]) => html!);
    const here = tag.replace('http://localhost:3000', shop.collector.url);
    // Millrace is elsewhere, and nobody but a program looks at the page.
    shop.site.pages['/'] = pageWith(stub + here.replace('data-site', 'data-allow-webdriver data-site'));
    const page = await (await shop.open()).newPage();
    await page.goto(shop.address('/'));
    await settled(page, shop.collector, 2);
    expect(collected(shop.collector)).toEqual(['signup / {"plan":"pro"}', 'view /']);
    await shop.close();
  });
});
