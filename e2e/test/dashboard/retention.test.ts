import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, expectNoSideScroll, june, juneInAddress, phone, shopEvents, soon } from './behaviour-shop.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';

interface Returns {
  cohorts: { size: number; returned: number[] }[];
  total: { size: number; returned: number[] };
}

const address = `/shop/retention?${juneInAddress}`;

/** Rows of the table, once they are shown; a cell has its percentage and its figure. */
async function rows(page: Page): Promise<string[][]> {
  await page.locator('[aria-busy="false"] > section > .retention').waitFor();
  return (await cellsOf(page, '.retention')).map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')));
}

/** The figures beneath the percentages, by row. */
const counts = (page: Page) =>
  page
    .locator('.retention tbody tr')
    .evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('.count')].map((cell) => Number(cell.textContent))),
    );

describe.runIf(hasChromium())('the retention page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      ...shopEvents,
      { timestamp: '2026-06-10T09:00:00Z', user_id: 'fay', path: '/', country: 'DE' },
      { timestamp: '2026-06-18T09:00:00Z', user_id: 'fay', path: '/', country: 'DE' },
    ]);
  });
  afterAll(() => dashboard.stop());

  it('shows each cohort with its returning visitors as the API returns them', async () => {
    const { page, problems } = await dashboard.open(address);
    expect(await rows(page)).toEqual([
      ['All', '6', '50% 3', '33.3% 2', '40% 2'],
      ['1 Jun 2026', '5', '60% 3', '20% 1', '40% 2'],
      ['8 Jun 2026', '1', '0% 0', '100% 1'],
    ]);
    const { cohorts, total } = await dashboard.ask<Returns>('/retention', { ...june, period: 'week' });
    const nonEmpty = cohorts.filter(({ size }) => size > 0);
    expect(await counts(page)).toEqual([total.returned, ...nonEmpty.map(({ returned }) => returned)]);
    expect(problems).toEqual([]);
  });

  it('can be about visitors who first did one thing and later another', async () => {
    const { page, problems } = await dashboard.open(address);
    await rows(page);
    await page.getByLabel('First event: type').selectOption('event');
    await page.getByText('Choose a page or an event').waitFor();
    await page.getByLabel('First event: Event').fill('signup');
    await page.getByLabel('Return event: type').selectOption('page');
    await page.getByLabel('Return event: Page').fill('/docs');
    await page.getByLabel('Return event: Page').press('Enter');
    const some = [
      ['All', '2', '0% 0', '50% 1', '50% 1'],
      ['1 Jun 2026', '2', '0% 0', '50% 1', '50% 1'],
    ];
    await soon(() => rows(page)).toEqual(some);
    await page.getByLabel('Name', { exact: true }).fill('Readers');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'Readers' }).waitFor();
    const { page: other } = await dashboard.open(address);
    await other.getByRole('link', { name: 'Readers' }).click();
    await soon(() => rows(other)).toEqual(some);
    expect(await other.getByLabel('First event: Event').inputValue()).toBe('signup');
    expect(problems).toEqual([]);
  });

  it('scrolls its table with the arrow keys, which move the range elsewhere on the page', async () => {
    const shape = encodeURIComponent(JSON.stringify({ period: 'day' }));
    const { page } = await dashboard.open(`${address}&shape=${shape}`, phone);
    await rows(page);
    const range = () => new URL(page.url()).searchParams.get('range');
    const box = page.locator('.scroll-box');
    await box.focus();
    await page.keyboard.press('ArrowRight');
    await soon(() => box.evaluate((element) => element.scrollLeft)).toBeGreaterThan(0);
    expect(range()).toBe('2026-06-01,2026-06-21');
    await box.blur();
    await page.keyboard.press('ArrowLeft');
    await soon(range).not.toBe('2026-06-01,2026-06-21');
  });

  it('supports days and months, and fits on a phone in dark mode', async () => {
    const { page, problems } = await dashboard.open(address, { ...phone, colorScheme: 'dark' });
    await page.getByLabel('Periods').selectOption('month');
    await soon(() => rows(page)).toEqual([
      ['All', '6', '–'],
      ['June 2026', '6', '66.7% 4 incomplete'],
    ]);
    await page.getByLabel('Periods').selectOption('day');
    await soon(async () => (await rows(page)).length).toBe(6);
    await expectNoSideScroll(page);
    expect(problems).toEqual([]);
  });
});
