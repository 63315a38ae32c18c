/** Goals: who reached them, and with one chosen the conversions of every value. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shownRows } from './expected-rows.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { shopEvents } from './shop-events.js';

const june = '/shop?range=2026-06-01,2026-06-03&tab.locations=country&tab.sources=source';
const patient = { timeout: 20_000 };
const rowsOf = async (page: Page, ...panels: string[]) => shownRows(page, panels);

describe.runIf(hasChromium())('goals', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    const second = ['2026-06-02T11:00:00Z', '2026-06-02T11:05:00Z'].map((timestamp) => ({
      ...{ timestamp, user_id: 'dan', country: 'FR', path: '/prices', source: 'Google', browser: 'Chrome' },
    }));
    await dashboard.store([...shopEvents, ...second]);
  });
  afterAll(() => dashboard.stop());

  it('are missing at first, and then counted among all visitors', async () => {
    const { page } = await dashboard.open(june);
    // Events are shown where there are no goals.
    await expect.poll(async () => (await rowsOf(page, 'events')).events?.[0], patient).toEqual(['view', '4', '6']);
    await dashboard.ask('/sites/shop/goals', { name: 'Signed up', event_type: 'signup' });
    await dashboard.ask('/sites/shop/goals', { name: 'Saw prices', path: '/prices' });
    await dashboard.ask('/sites/shop/goals', { name: 'Left', event_type: 'outbound' });
    await page.reload();
    const goals = [
      ['Signed up', '2', '2', '50%'],
      ['Saw prices', '2', '3', '50%'],
      ['Left', '1', '1', '25%'],
    ];
    await expect.poll(async () => (await rowsOf(page, 'events')).events?.toSorted(), patient).toEqual(goals.toSorted());
  });

  it('make every panel show conversions and their rate, until the chip is gone', async () => {
    const { page, problems } = await dashboard.open(june);
    await page.getByRole('button', { name: 'Signed up' }).click();
    await page.getByText('Goal: Signed up').waitFor();
    await expect
      .poll(() => rowsOf(page, 'locations', 'sources', 'devices'), patient)
      .toEqual({
        // Of two visitors from France one signed up.
        ...{
          locations: [
            ['Germany', '1', '100%'],
            ['France', '1', '50%'],
          ],
        },
        ...{
          sources: [
            ['Google', '1', '50%'],
            ['Newsletter', '1', '100%'],
          ],
        },
        ...{
          devices: [
            ['Chrome', '1', '50%'],
            ['Firefox', '1', '50%'],
          ],
        },
      });
    expect(new URL(page.url()).searchParams.get('goal')).not.toBeNull();
    await page.getByRole('button', { name: 'Remove the filter: Goal: Signed up' }).click();
    await expect
      .poll(async () => (await rowsOf(page, 'locations')).locations, patient)
      .toEqual([
        ['France', '2'],
        ['Germany', '1'],
        ['Singapore', '1'],
      ]);
    expect(problems).toEqual([]);
  });

  it('lead from an event to its properties and their values', async () => {
    const { page } = await dashboard.open(`${june}&tab.events=properties`);
    await page.getByRole('button', { name: 'signup', exact: true }).click();
    await page.getByRole('button', { name: 'plan', exact: true }).click();
    await expect
      .poll(async () => (await rowsOf(page, 'events')).events, patient)
      .toEqual([
        ['free', '1', '1'],
        ['pro', '1', '1'],
      ]);
    await page.getByRole('button', { name: 'pro', exact: true }).click();
    const filters = new URL(page.url()).searchParams.getAll('f').map(decodeURIComponent);
    expect(filters).toEqual(['is,event_type,signup', 'is,property:plan,pro']);
  });
});
