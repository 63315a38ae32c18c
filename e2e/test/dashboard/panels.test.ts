/** Panels show the API's answers, whatever tab is chosen and whatever is clicked. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExpectedTab, expectedRows, expectedTabs, type PageFilter, shownRows } from './expected-rows.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';
import { shopEvents } from './shop-events.js';

const scope = { site_id: 'shop', date_range: ['2026-06-01', '2026-06-03'] };
const june = '/shop?range=2026-06-01,2026-06-03';
/** Generous, for a busy machine. */
const longTimeout = { timeout: 20_000 };
const panels = Object.keys(expectedTabs);
const longest = Math.max(...Object.values(expectedTabs).map((tabs) => tabs.length));

/** Each panel's tab at an index, or its last one. */
const tabsAt = (place: number): Record<string, ExpectedTab> =>
  Object.fromEntries(Object.entries(expectedTabs).map(([panel, tabs]) => [panel, tabs[place] ?? tabs.at(-1)!]));

const addressOf = (chosen: Record<string, ExpectedTab>) =>
  `${june}&${Object.entries(chosen)
    .map(([panel, { tab }]) => `tab.${panel}=${tab}`)
    .join('&')}`;

const section = (page: Page, panel: string) => page.locator(`section[aria-labelledby="panel-${panel}"]`);

describe.runIf(hasChromium())('panels', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store(shopEvents);
  });
  afterAll(() => dashboard.stop());

  const expectAll = async (page: Page, chosen: Record<string, ExpectedTab>, filters: PageFilter[] = []) => {
    const expected = await expectedRows(dashboard, scope, chosen, filters);
    await expect
      .poll(() => shownRows(page, panels), { message: JSON.stringify(filters), ...longTimeout })
      .toEqual(expected);
    return expected;
  };

  it('show the rows of every tab, and filter each other by a click on any of them', { timeout: 240_000 }, async () => {
    const { page, problems } = await dashboard.open(june);
    for (let place = 0; place < longest; place += 1) {
      const chosen = tabsAt(place);
      await page.goto(addressOf(chosen));
      const rows = await expectAll(page, chosen);
      for (const panel of panels.filter((name) => expectedTabs[name]![place] && rows[name]!.length > 0)) {
        await section(page, panel).locator('tbody button.value').first().click();
        await page.waitForFunction(() => new URL(location.href).searchParams.has('f'));
        const written = new URL(page.url()).searchParams.getAll('f').map((text) => text.split(','));
        const filters = written.map(
          ([operator, name, ...values]): PageFilter => [
            operator as 'is',
            decodeURIComponent(name!),
            values.map((value) => (value === '!' ? null : decodeURIComponent(value))),
          ],
        );
        expect(filters.at(-1)![1]).toBe(chosen[panel]!.dimension);
        await expectAll(page, chosen, filters);
        await page.goBack();
      }
    }
    expect(problems).toEqual([]);
  });

  it('exclude a value with Shift, and open a page of the site with Ctrl', async () => {
    const { page } = await dashboard.open(june);
    const prices = section(page, 'pages').getByRole('button', { name: '/prices', exact: true });
    await page.context().route('https://shop.example/**', (route) => route.fulfill({ body: 'the shop' }));
    let isDown = true;
    const error = { code: 'too_busy', message: 'Ask again in a minute.' };
    await page.route('**/api/v1/sites/shop', (route) =>
      isDown ? route.fulfill({ status: 503, json: { error } }) : route.fallback(),
    );
    const refused = page.waitForResponse('**/api/v1/sites/shop');
    await prices.hover();
    await refused;
    isDown = false;
    await page.mouse.move(0, 0);
    await prices.hover();
    await page.waitForFunction(() => document.documentElement.dataset.unanswered === '0');
    const opened = page.context().waitForEvent('page');
    await prices.click({ modifiers: ['Control'] });
    expect((await opened).url()).toBe('https://shop.example/prices');
    expect(new URL(page.url()).searchParams.has('f')).toBe(false);
    await prices.click({ modifiers: ['Shift'] });
    await expectAll(page, tabsAt(0), [['is_not', 'path', ['/prices']]]);
    expect(decodeURIComponent(new URL(page.url()).searchParams.get('f')!)).toBe('is_not,path,/prices');
  });

  it('filter by a click on the map, and name the country under the mouse', async () => {
    const { page, problems } = await dashboard.open(june);
    const map = section(page, 'locations').locator('.map');
    await map.locator('[data-code=DE]').hover();
    await map.getByText('Germany – Visitors: 1').waitFor();
    // Too small to have an outline on the map.
    expect(await map.locator('circle').getAttribute('data-code')).toBe('SG');
    await map.locator('[data-code=DE]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => figures(page), longTimeout).toMatchObject({ Visitors: '1', Views: '2' });
    expect(new URL(page.url()).searchParams.get('f')).toBe('is,country,DE');
    expect(problems).toEqual([]);
  });

  it('explain a figure to mouse and keyboard users', async () => {
    const { page } = await dashboard.open(june);
    const { metrics } = await dashboard.ask<{ metrics: Record<string, string> }>('/definitions');
    const tip = page.getByRole('tooltip');
    await page.locator('.figures').getByRole('button', { name: 'Bounce rate' }).hover();
    await expect.poll(() => tip.textContent(), longTimeout).toBe(metrics.bounce_rate!.replaceAll('`', ''));
    await page.mouse.move(0, 0);
    await expect.poll(() => tip.count(), longTimeout).toBe(0);
    await section(page, 'pages').getByRole('button', { name: 'Views', exact: true }).focus();
    await expect.poll(() => tip.textContent(), longTimeout).toBe(metrics.views!.replaceAll('`', ''));
    await page.keyboard.press('Escape');
    await expect.poll(() => tip.count(), longTimeout).toBe(0);
  });

  it('use the language chosen last, whatever the address names as a language', async () => {
    const { page, problems } = await dashboard.open(`${june}&lang=de-`);
    const tip = page.getByRole('tooltip');
    await page.locator('.figures').getByRole('button', { name: 'Bounce rate' }).hover();
    await expect.poll(() => tip.textContent(), longTimeout).toContain('visits');
    const held: Route[] = [];
    await page.route(/\/(pages-)?de-\w+\.js$/, (route) => void held.push(route));
    await page.getByRole('button', { name: 'Theme and language' }).click();
    const language = () => page.evaluate(() => document.documentElement.lang);
    await page.getByRole('radio', { name: 'Deutsch' }).click();
    await expect.poll(() => held.length, longTimeout).toBe(2);
    await page.getByRole('radio', { name: 'English' }).click();
    await expect.poll(language, longTimeout).toBe('en');
    await Promise.all(held.map((route) => route.continue()));
    for (const route of held) await page.evaluate(`import(${JSON.stringify(route.request().url())}).then(() => true)`);
    expect(await language()).toBe('en');
    await page.getByRole('radio', { name: 'Deutsch' }).click();
    await expect.poll(language, longTimeout).toBe('de');
    await page.keyboard.press('Escape');
    await page.locator('.figures').getByRole('button', { name: 'Absprungrate' }).hover();
    await expect.poll(() => tip.textContent(), longTimeout).toContain('Seitenaufruf');
    expect(problems).toEqual([]);
  });

  it('request the list of AI crawlers again after a failure', async () => {
    const { page } = await dashboard.open(june);
    const routes: Route[] = [];
    await page.route('**/api/v1/definitions', (route) => {
      routes.push(route);
      return routes.length === 1 ? route.fulfill({ status: 503, json: {} }) : route.continue();
    });
    await section(page, 'bots').getByRole('button', { name: 'AI crawlers' }).click();
    await expect.poll(() => routes.length, longTimeout).toBe(1);
    await section(page, 'bots').getByRole('button', { name: 'Bots', exact: true }).click();
    await section(page, 'bots').getByRole('button', { name: 'AI crawlers' }).click();
    const crawlers = expectedTabs.bots!.find(({ tab }) => tab === 'ai_crawlers')!;
    const { bots } = await expectedRows(dashboard, scope, { ...tabsAt(0), bots: crawlers });
    await expect.poll(() => shownRows(page, ['bots']), longTimeout).toEqual({ bots });
  });

  it('load independently: one that hangs or is refused does not affect the others', async () => {
    const { page } = await dashboard.open(june);
    let answer: 'hang' | 'refuse' = 'hang';
    await page.route('**/api/v1/query/batch', (route) => {
      if (!route.request().postDataJSON().include_bots) return route.continue();
      if (answer === 'hang') return undefined;
      const error = { code: 'too_busy', message: 'Ask again in a minute.' };
      return route.fulfill({ status: 503, json: { error } });
    });
    await page.goto(june);
    const { bots: _bots, ...others } = await expectedRows(dashboard, scope, tabsAt(0));
    await expect.poll(() => shownRows(page, Object.keys(others)), longTimeout).toEqual(others);
    expect(await shownRows(page, ['bots'])).toEqual({ bots: undefined });
    answer = 'refuse';
    await page.goto(june);
    await section(page, 'bots').getByText('Ask again in a minute.').waitFor();
    await expect.poll(() => shownRows(page, Object.keys(others)), longTimeout).toEqual(others);
  });
});
