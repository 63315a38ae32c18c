import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hasChromium } from '@millrace/shared/testing/chromium';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allDelivered, deliveredEvents, launchChromium, openShop } from './shop.ts';
import { pageWith } from './site.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe.skipIf(!hasChromium())('the README', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it('shows a tag that counts, and a stub for calls before it has loaded', async () => {
    const shop = await openShop(browser);
    const [tag = '', stub = ''] = Array.from(readme.matchAll(/```html\n(.*?)```/gs), ([, html]) => html!);
    const here = tag.replace('http://localhost:3000', shop.collector.url);
    // The collector has another address, and the browser is automated.
    shop.site.pages['/'] = pageWith(stub + here.replace('data-site', 'data-allow-webdriver data-site'));
    const page = await (await shop.open()).newPage();
    await page.goto(shop.address('/'));
    await allDelivered(page, shop.collector, 2);
    expect(deliveredEvents(shop.collector)).toEqual(['trial / {"plan":"pro"}', 'view /']);
    await shop.close();
  });

  it('shows a React Router application whose views and calls count', async () => {
    const shop = await openShop(browser);
    const snippet = /```jsx\n(import \{ init \}.*?)```/s.exec(readme)![1]!;
    const here = snippet.replace('http://localhost:3000', shop.collector.url);
    const code = await bundle(here.replace('localhost: true', 'localhost: true, allowWebdriver: true'));
    shop.site.pages['/'] = pageWith('', `<div id="root"></div><script>${code}</script>`);
    const page = await (await shop.open()).newPage();
    await page.goto(shop.address('/'));
    await page.click('text=Pricing');
    await page.click('text=Try it');
    await allDelivered(page, shop.collector, 3);
    expect(deliveredEvents(shop.collector)).toEqual(['trial /pricing {"plan":"pro"}', 'view /', 'view /pricing']);
    await shop.close();
  });
});

/** Bundles the example like an application's build does. */
async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'jsx', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    minify: true,
    write: false,
  });
  return outputFiles[0]!.text.replaceAll('</script', '<\\/script');
}
