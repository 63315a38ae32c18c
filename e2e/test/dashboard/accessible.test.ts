/** Checks every page with axe against WCAG 2.2 A and AA, in both themes, on desktop and phone. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { settled } from './read-page.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Each violation with its elements. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations: found } = (await page.evaluate(
    (values) => (globalThis as unknown as { axe: { run: (options: object) => unknown } }).axe.run({ runOnly: values }),
    rules,
  )) as AxeResults;
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

const widthIn = (page: Page, direction: string) =>
  page.evaluate((dir) => {
    document.documentElement.dir = dir;
    return document.documentElement.scrollWidth;
  }, direction);

const june = 'range=2026-06-01,2026-06-03';
const shape = (of: object) => `shape=${encodeURIComponent(JSON.stringify(of))}`;
const onPage = (path: string) => ({ filters: [['is', 'path', [path]]] });
const funnel = shape({ steps: [onPage('/'), onPage('/prices')], breakdown: 'country' });
const pages = [
  ...[`/shop/funnels?${june}&${funnel}`, `/shop/retention?${june}&${shape({ period: 'day' })}`],
  ...[`/shop/journeys?${june}`, '/shop/settings?f=is,country,DE', '/?search=sh'],
  ...['/', `/shop?${june}`, `/shop?${june}&f=is,country,DE&details=pages`, '/shop/funnels', '/shop/retention'],
  ...['/shop/journeys', '/shop/settings', '/shop/live', '/operator', '/brand-new'],
];

describe.runIf(hasChromium())('every page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      {
        timestamp: '2026-06-01T10:00:00Z',
        user_id: 'ada',
        path: '/',
        country: 'DE',
        browser: 'Firefox',
        source: 'Google',
      },
      { timestamp: '2026-06-01T10:00:30Z', user_id: 'ada', path: '/prices', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-02T09:00:00Z', user_id: 'bob', path: '/', country: 'FR', browser: 'Chrome' },
      { user_id: 'eve', path: '/now', country: 'US', browser: 'Chrome' },
    ]);
  });
  afterAll(() => dashboard.stop());

  const looks = [
    { colorScheme: 'light', width: 1_280 },
    { colorScheme: 'dark', width: 360 },
  ] as const;

  it.each(looks.flatMap((look) => pages.map((path) => ({ path, ...look }))))(
    'has no violation, and fits the screen in both writing directions: $path, $colorScheme, $width pixels wide',
    async ({ path, colorScheme, width }) => {
      const { page, problems } = await dashboard.open(path, { colorScheme, viewport: { width, height: 800 } });
      await page.locator('main h1, main h2, header h1').first().waitFor();
      await settled(page);
      expect(await violations(page)).toEqual([]);
      for (const direction of ['ltr', 'rtl']) expect(await widthIn(page, direction)).toBeLessThanOrEqual(width);
      expect(problems).toEqual([]);
      await page.context().close();
    },
  );
});
