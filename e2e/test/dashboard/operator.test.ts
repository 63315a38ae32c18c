/** The operator page: live queues, and the accounting of every event. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { rowsOf } from './read-page.js';

const queue = { name: 'events', waiting: 1_200, active: 4, delayed: 0, failed: 2, rate_per_second: 35.5 };
const state = {
  at: '2026-06-01T10:00:00Z',
  queues: [
    { ...queue, oldest_waiting_seconds: 75 },
    { ...queue, name: 'exports', waiting: 0, active: 0, failed: 0, rate_per_second: 0, oldest_waiting_seconds: 0 },
  ],
  events: { received_per_second: 40, stored_per_second: 35.5 },
};
const hour = { received: 10, stored: 6, duplicate: 1, rejected: 1, dead_lettered: 1, in_flight: 1 };
const accounting = {
  hours: [
    { hour: '2026-06-01T09:00:00Z', ...hour },
    { hour: '2026-06-01T10:00:00Z', ...hour, stored: 3 },
  ],
  totals: { received: 20, stored: 9, duplicate: 2, rejected: 2, dead_lettered: 2, in_flight: 2 },
};

/** How the page shows given data, whatever this Millrace is doing. */
async function mockData(page: Page, requested: string[]): Promise<void> {
  const stream = `event: operator\nid: 1\ndata: ${JSON.stringify(state)}\n\n`;
  await page.route('**/api/v1/operator/live', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: stream }),
  );
  await page.route('**/api/v1/accounting?*', (route) => {
    requested.push(route.request().url());
    return route.fulfill({ json: accounting });
  });
}

describe.runIf(hasChromium())('the operator page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard.stop());

  it('is linked in the list of sites, and shows queues, rates and the accounting of each hour', async () => {
    const { page } = await dashboard.open('/');
    await mockData(page, []);
    await page.getByRole('link', { name: 'Operations' }).click();
    const queues = page.getByRole('region', { name: 'Queues' });
    await queues.getByText('Events per second: 40 received, 35.5 stored.').waitFor();
    expect(await rowsOf(page, 'Queues')).toEqual([
      ['events', '1,200', '4', '0', '2', '35.5', '1m 15s'],
      ['exports', '0', '0', '0', '0', '0', '–'],
    ]);
    expect(await rowsOf(page, 'Accounting')).toEqual([
      ['Total', '20', '9', '2', '2', '2', '2', '⚠ 3 missing'],
      ['1 Jun, 10:00', '10', '3', '1', '1', '1', '1', '⚠ 3 missing'],
      ['1 Jun, 09:00', '10', '6', '1', '1', '1', '1', '✓ adds up'],
    ]);
    const definitions = await page.locator('dt').allInnerTexts();
    expect(definitions).toEqual(['Received', 'Stored', 'Duplicate', 'Rejected', 'Dead-lettered', 'In flight']);
    await page.close();
  });

  it('shows the existing queues and hours', async () => {
    const { page, problems } = await dashboard.open('/operator');
    const [first] = await rowsOf(page, 'Queues');
    expect(first!.slice(1)).toEqual(['0', '0', '0', '0', '0', '–']);
    const { hours } = await dashboard.ask<{ hours: object[] }>('/accounting');
    const accounts = await rowsOf(page, 'Accounting');
    expect(accounts).toHaveLength(1 + hours.length);
    expect(new Set(accounts.map((cells) => cells.slice(1).join()))).toEqual(new Set(['0,0,0,0,0,0,✓ adds up']));
    expect(problems).toEqual([]);
    await page.close();
  });

  it('requests a day or a week of whole hours, as in the address', async () => {
    const { page } = await dashboard.open('/');
    const requested: string[] = [];
    await mockData(page, requested);
    await page.getByRole('link', { name: 'Operations' }).click();
    await page.getByRole('button', { name: 'Last 7 days' }).click();
    await page.getByRole('button', { name: 'Last 7 days', pressed: true }).waitFor();
    await expect.poll(() => requested.length).toBe(2);
    const hours = requested.map((url) => {
      const { searchParams } = new URL(url);
      const [from, to] = ['from', 'to'].map((name) => Date.parse(searchParams.get(name)!));
      expect(to! % 3_600_000).toBe(0);
      return (to! - from!) / 3_600_000;
    });
    expect(hours).toEqual([24, 168]);
    expect(new URL(page.url()).search).toBe('?range=7d');
    await page.close();
  });
});
