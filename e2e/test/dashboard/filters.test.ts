import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { complete, figures, rowsOf, settled } from './read-page.js';

const range = ['2026-06-01', '2026-06-03'];
const june = `/shop?range=${range}&compare=off`;
const filtersIn = (page: Page) => new URL(page.url()).searchParams.getAll('f');

describe.runIf(hasChromium())('filters of a page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    const at = (day: number, minute: number) => `2026-06-0${day}T10:${String(minute).padStart(2, '0')}:00Z`;
    await dashboard.store([
      { timestamp: at(1, 0), user_id: 'ada', path: '/', country: 'DE', browser: 'Firefox' },
      { timestamp: at(1, 1), user_id: 'ada', path: '/shop/tea, green', country: 'DE', browser: 'Firefox' },
      { timestamp: at(1, 5), user_id: 'bob', path: '/shop/100%', country: 'FR', browser: 'Chrome' },
      { timestamp: at(2, 0), user_id: 'cyd', path: '/', country: 'AT', browser: 'Chrome' },
      {
        timestamp: at(2, 1),
        user_id: 'cyd',
        event_type: 'signup',
        path: '/',
        country: 'AT',
        properties: { plan: 'pro' },
      },
      { timestamp: at(3, 0), user_id: 'dan', path: '/blog' },
    ]);
  });
  afterAll(() => dashboard.stop());

  /** All panels' first rows as the API answers them under filters. */
  async function rowsByApi(dimension: string, filters: unknown[]): Promise<string[]> {
    const query = { metrics: ['visitors'], dimensions: [dimension], order_by: [['visitors', 'desc']] };
    const body = { site_id: 'shop', date_range: range, filters, ...query };
    const { results } = await dashboard.ask<{ results: { dimensions: string[]; metrics: number[] }[] }>('/query', body);
    return results.map(({ metrics }) => String(metrics[0]));
  }

  it('are added in the dialog, with values suggested by the API', async () => {
    const { page, problems } = await dashboard.open(june);
    await figures(page);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a filter' });
    await dialog.getByLabel('Dimension').selectOption('Country');
    await dialog.getByRole('checkbox').nth(3).waitFor();
    await dialog.getByRole('textbox', { name: 'Values' }).fill('aus');
    await expect.poll(() => dialog.getByRole('checkbox').count()).toBe(1);
    await dialog.getByLabel('Austria').check();
    await dialog.getByRole('textbox', { name: 'Values' }).fill('germ');
    await dialog.getByLabel('Germany').check();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Country is Austria, Germany').waitFor();
    expect(filtersIn(page)).toEqual(['is,country,AT,DE']);
    const filters = [['is', 'country', ['AT', 'DE']]];
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2', Views: '3' });
    for (const [panel, dimension] of Object.entries({
      Locations: 'country',
      Devices: 'browser',
      Events: 'event_type',
    })) {
      const rows = await rowsOf(page, panel);
      expect(rows.map((cells) => cells[1])).toEqual(await rowsByApi(dimension, filters));
    }
    expect(problems).toEqual([]);
  });

  it('suggest only values that match the other filters, and accept commas and percent signs', async () => {
    const { page, problems } = await dashboard.open(`${june}&f=is_not,country,AT`);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Values' }).fill('SHOP');
    await expect.poll(() => dialog.getByRole('checkbox').count()).toBe(2);
    for (const box of await dialog.getByRole('checkbox').all()) await box.check();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expect
      .poll(() => rowsOf(page, 'Pages').then((rows) => rows.map(([path]) => path).sort()))
      .toEqual([...['/shop/100%', '/shop/tea, green']]);
    await page.reload();
    await expect.poll(() => rowsOf(page, 'Pages').then((rows) => rows.length)).toBe(2);
    expect(problems).toEqual([]);
  });

  it('are edited by a click on their text, and can require that a property exists', async () => {
    const { page, problems } = await dashboard.open(`${june}&f=is,country,DE`);
    await page.getByRole('button', { name: 'Country is Germany', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit the filter' });
    await dialog.getByLabel('Dimension').selectOption('Property…');
    await dialog.getByLabel('Property name').fill('plan');
    await dialog.getByLabel('Condition').selectOption('is set');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'plan is set', exact: true }).waitFor();
    expect(filtersIn(page)).toEqual(['is_set,property:plan']);
    await expect.poll(() => rowsOf(page, 'Events')).toEqual([['signup', '1', '1']]);
    expect(problems).toEqual([]);
  });

  it('show a refusal by the API in the dialog, and change nothing', async () => {
    const { page } = await dashboard.open(june);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await dialog.getByLabel('Condition').selectOption('matches');
    await dialog.getByRole('textbox', { name: 'Values' }).fill('(');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toContain('parenthes');
    expect(filtersIn(page)).toEqual([]);
  });

  it('are not applied when the dialog is closed before the API has checked them', async () => {
    const { page } = await dashboard.open(june);
    await complete(page);
    let release = () => {};
    const checked = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/query/batch', async (route) => {
      await checked;
      await route.continue().catch(() => undefined);
    });
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Values' }).fill('/blog');
    const apply = dialog.getByRole('button', { name: 'Apply' });
    await apply.click();
    await expect.poll(() => apply.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    release();
    await settled(page);
    expect(filtersIn(page)).toEqual([]);
  });

  it('return one by one with Back, and are cleared by Esc unless a dialog is open', async () => {
    const { page, problems } = await dashboard.open(june);
    await page.getByRole('button', { name: 'Chrome', exact: true }).click();
    await page.getByText('Browser is Chrome').waitFor();
    await page.getByRole('button', { name: 'Austria', exact: true }).click();
    await page.getByText('Country is Austria').waitFor();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(filtersIn(page)).toEqual(['is,browser,Chrome', 'is,country,AT']);
    await page.keyboard.press('Escape');
    await expect.poll(() => filtersIn(page)).toEqual([]);
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '4' });
    await page.goBack();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    expect(filtersIn(page)).toEqual(['is,browser,Chrome', 'is,country,AT']);
    await page.goBack();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });
    expect(filtersIn(page)).toEqual(['is,browser,Chrome']);
    await page.getByRole('button', { name: 'Remove filter: Browser is Chrome' }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '4' });
    expect(problems).toEqual([]);
  });

  it('stay when Esc closes a menu that has lost focus', async () => {
    const { page } = await dashboard.open(`${june}&f=is,country,DE`);
    await page.getByRole('button', { name: 'Theme and language' }).click();
    await page.locator('.menu-window input').first().waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Escape');
    await page.locator('.menu-window').waitFor({ state: 'detached' });
    expect(filtersIn(page)).toEqual(['is,country,DE']);
    await page.keyboard.press('Escape');
    await expect.poll(() => filtersIn(page)).toEqual([]);
  });

  it('do not break the page when the address was truncated', async () => {
    const { page, problems } = await dashboard.open(`${june}&f=is,country&f=%E0%A4%A&f=is,path,%`);
    await page.getByText('Page is %').waitFor();
    expect(problems).toEqual([]);
  });
});
