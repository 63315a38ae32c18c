/** Clicks at random until 500 panels have been filled: the console must stay free of errors, and figures must match the API. */

import { hasChromium } from '@millrace/shared/testing/chromium';
import { createRandom } from '@millrace/shared/testing/create-random';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type GivenEvent, openDashboard } from './open-dashboard.js';
import { settled } from './read-page.js';

const panelTarget = 500;
const seed = 20_261_127;

/** Skips links that leave the page and downloads. */
const clickable =
  'main button:visible:not([disabled]), main th a:visible, .chips button:visible, dialog[open] button:visible:not([disabled])';

const countries = ['DE', 'FR', 'US', 'JP'];
const browsers = ['Firefox', 'Chrome', 'Safari'];
const pages = ['/', '/prices', '/blog/a', '/blog/b', '/öffnungszeiten', '/<script>alert(1)</script>', '/a,b!%25'];

function visitsOf(random: () => number): GivenEvent[] {
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)]!;
  return Array.from({ length: 400 }, (_, number) => ({
    timestamp: new Date(Date.UTC(2026, 5, 1 + (number % 28), number % 24, number % 60)).toISOString(),
    user_id: `visitor-${number % 90}`,
    path: pick(pages),
    event_type: number % 9 === 0 ? 'signup' : 'view',
    country: random() < 0.9 ? pick(countries) : undefined,
    ...{ browser: pick(browsers), device: pick(['desktop', 'mobile']), source: pick(['Google', null, 'news.example']) },
    ...{
      title: pick(['Home', '"quoted" & <b>bold</b>', 'عنوان']),
      utm_campaign: random() < 0.3 ? 'spring' : undefined,
    },
  }));
}

async function clickSomething(page: Page, random: () => number): Promise<void> {
  if (random() < 0.1) return page.keyboard.press('Escape');
  if (random() < 0.1 && page.url().includes('?')) return void (await page.goBack());
  const all = page.locator(clickable);
  const count = await all.count();
  if (count === 0) return page.keyboard.press('Escape');
  // The element may be gone by now; the next click follows.
  await all
    .nth(Math.floor(random() * count))
    .click({ timeout: 1_000, noWaitAfter: true })
    .catch(ignoreGone);
}

function ignoreGone(error: Error): void {
  if (!/Timeout|detached|not attached|intercepts/.test(error.message)) throw error;
}

describe.runIf(hasChromium())('random clicks', () => {
  let dashboard: Dashboard;
  const random = createRandom(seed);
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store(visitsOf(random));
  });
  afterAll(() => dashboard.stop());

  it(`fill ${panelTarget} panels without an error (seed ${seed})`, async () => {
    const start = '/shop?range=2026-06-01,2026-06-28';
    const { page, problems } = await dashboard.open(start);
    let filled = 0;
    page.on('response', async (response) => {
      if (response.status() >= 400) problems.push(`${response.url()}: ${await response.text()}`);
      if (response.url().endsWith('/query/batch'))
        filled += (response.request().postDataJSON().queries as unknown[]).length;
    });
    while (filled < panelTarget) {
      await clickSomething(page, random);
      await settled(page);
      if (!page.url().includes('/shop')) await page.goto(start);
      expect(problems, page.url()).toEqual([]);
    }
    await page.goto(start);
    await settled(page);
    expect(await page.getByRole('alert').count()).toBe(0);
  }, 600_000);
});
