import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoSideScroll, phone, soon } from './behaviour-shop.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';

const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const rowsOf = (page: Page, name: string) => section(page, name).locator('.rows > li').allInnerTexts();

describe.runIf(hasChromium())('the settings of a site', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([{ path: '/' }, { event_type: 'signup', path: '/thanks' }]);
    await dashboard.ask('/sites/shop/annotations', {
      at: '2026-06-01T10:00:00Z',
      text: 'Version 2',
      kind: 'deployment',
    });
  });
  afterAll(() => dashboard.stop());

  it('changes name, time zone, hostnames and the length of visits', async () => {
    const { page, problems } = await dashboard.open('/shop/settings');
    const site = section(page, 'Site');
    await site.getByRole('textbox', { name: 'Name', exact: true }).fill('The <b>shop</b>');
    await site.getByLabel('Time zone').selectOption('America/New_York');
    await site.getByLabel('Hostnames').fill('shop.example\nm.shop.example');
    await site.getByLabel('Minutes until a visit ends').fill('45');
    await site.getByRole('button', { name: 'Save' }).click();
    await site.getByText('Saved.').waitFor();
    expect(await dashboard.ask('/sites/shop')).toMatchObject({
      ...{ name: 'The <b>shop</b>', timezone: 'America/New_York', session_minutes: 45 },
      hostnames: ['m.shop.example', 'shop.example'],
    });
    await page.reload();
    expect(await site.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('The <b>shop</b>');
    expect(await site.getByLabel('Time zone').inputValue()).toBe('America/New_York');
    await site.getByLabel('Hostnames').fill('no host at all!');
    await site.getByRole('button', { name: 'Save' }).click();
    await site.getByRole('alert').getByText('must be a hostname such as').waitFor();
    expect(problems.filter((problem) => !problem.includes('400'))).toEqual([]);
  });

  it('adds and deletes a goal, and says why one is refused', async () => {
    const { page } = await dashboard.open('/shop/settings');
    const goals = section(page, 'Goals');
    await goals.getByText('No goals yet.').waitFor();
    await goals.getByLabel('Name').fill('Thanked');
    await goals.getByRole('button', { name: 'Add goal' }).click();
    await goals.getByRole('alert').getByText('or path is required').waitFor();
    expect(await goals.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await goals.getByLabel(/^Page/).fill('/thanks/*');
    await goals.getByLabel('Value property').fill('price');
    await goals.getByRole('button', { name: 'Add goal' }).click();
    await soon(() => rowsOf(page, 'Goals')).toEqual([
      expect.stringMatching(/^Thanked Views · \/thanks\/\* · value of price/),
    ]);
    expect(await dashboard.ask('/sites/shop/goals')).toMatchObject({
      goals: [{ name: 'Thanked', event_type: null, path: '/thanks/*', value_property: 'price' }],
    });
    await goals.getByRole('button', { name: 'Delete: Thanked' }).click();
    await goals.getByRole('button', { name: 'Confirm, cannot be undone: Thanked' }).click();
    await goals.getByText('No goals yet.').waitFor();
    expect(await dashboard.ask('/sites/shop/goals')).toEqual({ goals: [] });
  });

  it('deletes an annotation', async () => {
    const { page, problems } = await dashboard.open('/shop/settings');
    // In the site's time zone, New York, not the reader's.
    await soon(() => rowsOf(page, 'Annotations')).toEqual([
      expect.stringMatching(/^Version 2 Deployment · 1 Jun 2026, 06:00/),
    ]);
    const annotations = section(page, 'Annotations');
    await annotations.getByRole('button', { name: 'Delete: Version 2' }).click();
    await annotations.getByRole('button', { name: 'Confirm, cannot be undone: Version 2' }).click();
    await annotations.getByText('No annotations yet.').waitFor();
    expect(await dashboard.ask('/sites/shop/annotations')).toEqual({ annotations: [] });
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([]);
  });

  it('shows the snippet for pages, with the ingestion address that was entered', async () => {
    const { page } = await dashboard.open('/shop/settings', phone);
    const line = section(page, 'Tracking snippet').getByLabel('Snippet', { exact: true });
    expect(await line.inputValue()).toBe(
      '<script defer src="http://127.0.0.1:3000/m.js" data-site="shop" data-localhost></script>',
    );
    await page.getByLabel('Ingestion URL').fill('https://in.example/"x"/');
    await page.getByLabel('Ingestion URL').press('Enter');
    await soon(() => line.inputValue()).toBe(
      '<script defer src="https://in.example/%22x%22/m.js" data-site="shop"></script>',
    );
    await expectNoSideScroll(page);
  });

  it('uses the ingestion address from INGESTION_URL', async () => {
    const other = await openDashboard({ INGESTION_URL: 'https://in.example' });
    try {
      await other.store([{ path: '/' }]);
      const { page, problems } = await other.open('/shop/settings');
      await soon(() => page.getByLabel('Ingestion URL').inputValue()).toBe('https://in.example');
      await page.getByText('as set by INGESTION_URL').waitFor();
      expect(problems).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});
