/** Segments are filters saved under a name. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';

const june = '/shop?range=2026-06-01,2026-06-03&compare=off';

describe.runIf(hasChromium())('segments of a page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-01T11:00:00Z', user_id: 'bob', country: 'DE', browser: 'Chrome' },
      { timestamp: '2026-06-01T12:00:00Z', user_id: 'cyd', country: 'FR', browser: 'Chrome' },
    ]);
  });
  afterAll(() => dashboard.stop());

  const address = '/sites/shop/saved-views';
  const kept = async () => (await dashboard.ask<{ saved_views: object[] }>(`${address}?kind=segment`)).saved_views;

  it('can be saved, renamed, cleared, chosen and deleted', async () => {
    const { page, problems } = await dashboard.open(`${june}&f=is,country,DE`);
    await page.getByRole('button', { name: 'Segments' }).click();
    await page.getByLabel('Save filters as').fill('Germans');
    await page.keyboard.press('Enter');
    await page.getByText('Segment: Germans').waitFor();
    const definition = { filters: [['is', 'country', ['DE']]] };
    const id = new URL(page.url()).searchParams.get('segment');
    expect(await kept()).toMatchObject([{ id, kind: 'segment', name: 'Germans', definition }]);
    expect(new URL(page.url()).searchParams.getAll('f')).toEqual([]);
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });

    await page.getByRole('button', { name: 'Chrome', exact: true }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    await page.keyboard.press('Escape');
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '3' });

    await page.getByRole('button', { name: 'Segments' }).click();
    await page.getByRole('button', { name: 'Rename Germans' }).click();
    await page.getByLabel('Name', { exact: true }).fill('People in Germany');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'People in Germany', exact: true }).click();
    await page.getByText('Segment: People in Germany').waitFor();
    expect(await page.locator(':focus').textContent()).toBe('Segments');
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });

    await page.getByRole('button', { name: 'Segments' }).click();
    await page.getByRole('button', { name: 'Delete: People in Germany' }).click();
    await page.getByRole('button', { name: 'Confirm, cannot be undone: People in Germany' }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '3' });
    expect(await kept()).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('say when they were deleted, and offer a way to continue', async () => {
    const { page } = await dashboard.open(`${june}&segment=gone`);
    await page.getByText('no longer exists').waitFor();
    await page.getByRole('button', { name: 'Show without it' }).click();
    expect(await figures(page)).toMatchObject({ Visitors: '3' });
  });

  it('can be chosen by all users, and saved only with permission', async () => {
    const definition = { filters: [['is', 'country', ['FR']]] };
    await dashboard.ask(address, { kind: 'segment', name: 'France', definition });
    const { page } = await dashboard.open('/');
    const session = { auth: 'key', scopes: ['read'], site_id: null };
    await page.route('**/api/v1/session', (route) => route.fulfill({ json: session }));
    await page.goto(`${june}&f=is,browser,Chrome`);
    await page.getByRole('button', { name: 'Segments' }).click();
    const france = page.getByRole('banner').getByRole('button', { name: 'France', exact: true });
    await france.waitFor();
    expect(await page.getByLabel('Save filters as').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Delete: France' }).count()).toBe(0);
    await france.click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
  });
});
