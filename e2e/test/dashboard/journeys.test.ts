import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, expectNoSideScroll, june, juneInAddress, phone, shopEvents, soon } from './behaviour-shop.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';

interface Journeys {
  journeys: { steps: (string | null)[]; visits: number; visitors: number }[];
}

const address = `/shop/journeys?${juneInAddress}`;

async function rows(page: Page): Promise<string[][]> {
  await page.locator('[aria-busy="false"] .journeys').waitFor();
  return (await cellsOf(page, '.journeys')).map((row) => row.map((cell) => cell.replace(/\s+/g, ' ')));
}

/** Nodes of the drawing with their visits. */
const nodes = (page: Page) =>
  page.locator('.flow-node').evaluateAll((all) => all.map((node) => node.textContent!.trim()));

describe.runIf(hasChromium())('the journeys page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store(shopEvents);
  });
  afterAll(() => dashboard.stop());

  it('lists and draws the paths of visits as the API returns them', async () => {
    const { page, problems } = await dashboard.open(address);
    expect(await rows(page)).toEqual([
      ['/ /prices', '3', '3', '37.5%'],
      ['/', '3', '3', '37.5%'],
      ['/docs', '2', '1', '25%'],
    ]);
    const { journeys } = await dashboard.ask<Journeys>('/journeys', { ...june, limit: 100 });
    expect((await rows(page)).map(([steps, visits, visitors]) => [steps, Number(visits), Number(visitors)])).toEqual(
      journeys.map(({ steps, visits, visitors }) => [steps.filter(Boolean).join(' '), visits, visitors]),
    );
    expect(await nodes(page)).toEqual(['/ 6', '/docs 2', '/prices 3']);
    expect(await cellsOf(page, '.scroll-box .unseen table')).toEqual([['1', '/', '/prices', '3']]);
    await page.getByText('The 3 most frequent journeys cover 8 of 8 visits (100%).').waitFor();
    expect(problems).toEqual([]);
  });

  it('starts at the clicked page, and Back returns to all journeys', async () => {
    const { page, problems } = await dashboard.open(address);
    await page.locator('.flow-node', { hasText: '/prices' }).click();
    await soon(() => rows(page)).toEqual([['/prices', '3', '3', '100%']]);
    expect(await page.getByLabel('that start with: Page').inputValue()).toBe('/prices');
    const { page: other } = await dashboard.open(page.url());
    expect(await rows(other)).toEqual([['/prices', '3', '3', '100%']]);
    await page.goBack();
    await soon(async () => (await rows(page)).length).toBe(3);
    expect(problems).toEqual([]);
  });

  it('ends at an event, follows events, and can be saved', async () => {
    const { page, problems } = await dashboard.open(address, phone);
    await rows(page);
    await page.getByLabel('Made of').selectOption('event_type');
    await soon(async () => (await rows(page))[1]).toEqual(['view signup', '2', '2', '25%']);
    await page.getByRole('combobox', { name: 'Journeys' }).selectOption('end');
    await page.getByLabel('that end with: type').selectOption('event');
    await page.getByLabel('that end with: Event').fill('signup');
    await page.getByLabel('that end with: Event').press('Enter');
    await soon(() => rows(page)).toEqual([['view signup', '2', '2', '100%']]);
    await expectNoSideScroll(page);
    await page.getByLabel('Name', { exact: true }).fill('To the signup');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'To the signup' }).waitFor();
    const { page: other } = await dashboard.open(address);
    await other.getByRole('link', { name: 'To the signup' }).click();
    await soon(() => rows(other)).toEqual([['view signup', '2', '2', '100%']]);
    expect(problems).toEqual([]);
  });
});
