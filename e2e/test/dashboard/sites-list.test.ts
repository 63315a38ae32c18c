import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, expectNoSideScroll, phone, soon } from './behaviour-shop.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';

interface Overview {
  sites: { site_id: string; name: string | null; visitors_now: number; visitors: number }[];
}

/** Name, current visitors and visitors of each site, in list order. */
async function rows(page: Page): Promise<string[][]> {
  await page.locator('.sites[aria-busy="false"]').waitFor();
  return (await cellsOf(page, '.sites')).map(([name, now, visitors]) => [name!, now!, visitors!]);
}
const names = async (page: Page) => (await rows(page)).map(([name]) => name);

const seenBy = (site_id: string, users: string[]) => users.map((user_id) => ({ site_id, user_id }));

describe.runIf(hasChromium())('the list of sites', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard.stop());

  it('says what to do first when there are no sites, and adds one', async () => {
    const { page, problems } = await dashboard.open('/');
    await page.getByRole('heading', { name: 'No sites yet' }).waitFor();
    await page.getByRole('button', { name: 'Add a site' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Id' }).fill('blog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Our blog');
    await dialog.getByLabel('Time zone').selectOption('Europe/Berlin');
    await dialog.getByRole('button', { name: 'Add a site' }).click();
    await page.waitForURL('**/blog');
    expect(await dashboard.ask('/sites/blog')).toMatchObject({ name: 'Our blog', timezone: 'Europe/Berlin' });
    // The browser logs that there was no such site before.
    expect(problems).toEqual([expect.stringContaining('404')]);
  });

  it('shows each site with its visitors as the API returns them', async () => {
    await dashboard.store([...seenBy('shop', ['ada', 'bob', 'cid']), ...seenBy('docs', ['ada'])]);
    const { page, problems } = await dashboard.open('/');
    expect(await rows(page)).toEqual([
      ['shop', '3', '3'],
      ['docs', '1', '1'],
      ['Our blogblog', '0', '0'],
    ]);
    const { sites } = await dashboard.ask<Overview>('/overview?date_range=7d');
    expect(sites.map(({ site_id, visitors_now, visitors }) => [site_id, visitors_now, visitors])).toEqual([
      ['blog', 0, 0],
      ['docs', 1, 1],
      ['shop', 3, 3],
    ]);
    expect(await page.locator('tr', { hasText: 'shop' }).locator('.trend .unseen').textContent()).toBe(
      'Visitors: minimum 0, maximum 3, latest 3.',
    );
    expect(await page.getByRole('contentinfo').innerText()).toMatch(/^As of \d\d:\d\d:\d\d\.$/);
    await page.getByRole('button', { name: 'Now', exact: true }).hover();
    await page.getByRole('tooltip').getByText('in the last five minutes').waitFor();
    await page.getByRole('link', { name: 'shop' }).click();
    await page.waitForURL('**/shop?range=7d');
    expect(problems).toEqual([]);
  });

  it('keeps sorting and search in the address, so that Back and a shared link show the same', async () => {
    const { page, problems } = await dashboard.open('/');
    await rows(page);
    await page.getByRole('button', { name: 'Site', exact: true }).click();
    await soon(() => names(page)).toEqual(['docs', 'Our blogblog', 'shop']);
    expect(await page.getByRole('columnheader', { name: 'Site' }).getAttribute('aria-sort')).toBe('ascending');
    await page.getByRole('button', { name: 'Site', exact: true }).click();
    await soon(() => names(page)).toEqual(['shop', 'Our blogblog', 'docs']);
    await page.getByLabel('Date range').selectOption('day');
    await page.getByLabel('Search sites').fill('o');
    await page.getByLabel('Search sites').fill('oc');
    await soon(() => names(page)).toEqual(['docs']);
    expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
      ...{ range: 'day', sort: 'name.desc', search: 'oc' },
    });
    const { page: other } = await dashboard.open(page.url());
    expect(await names(other)).toEqual(['docs']);
    await page.getByLabel('Search sites').fill('nothing like it');
    await page.getByText('No site matches “nothing like it”.').waitFor();
    await page.goBack();
    await soon(() => names(page)).toEqual(['shop', 'Our blogblog', 'docs']);
    expect(problems).toEqual([]);
  });

  it('leads to the same page of a site as opening it directly', async () => {
    const lookOfSite = async (page: Page) => {
      await page.getByRole('button', { name: 'Theme and language' }).click();
      await page.locator('.menu-window li button').first().waitFor();
      return page.evaluate(() =>
        ['.step', '.menu.settings > .menu-window', '.menu-window > div', '.menu-window li button'].map((selector) => {
          const style = getComputedStyle(document.querySelector(selector)!);
          return [selector, style.display, style.padding, style.border, style.backgroundColor, style.minBlockSize];
        }),
      );
    };
    const { page: direct } = await dashboard.open('/shop?range=7d');
    const { page: later } = await dashboard.open('/shop/settings');
    await later.getByRole('link', { name: 'Overview' }).click();
    await later.locator('.step').first().waitFor();
    expect(await lookOfSite(later)).toEqual(await lookOfSite(direct));
  });

  it('refuses an id that is taken, and offers no changes to read-only users', async () => {
    const { page } = await dashboard.open('/', phone);
    await rows(page);
    await expectNoSideScroll(page);
    await page.getByRole('button', { name: 'Add a site' }).click();
    const id = page.getByRole('dialog').getByRole('textbox', { name: 'Id' });
    // The list does not have it yet.
    const body = JSON.stringify({ name: 'Theirs', timezone: 'Asia/Tokyo' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${dashboard.url}/api/v1/sites/theirs`, { method: 'PUT', headers, body });
    await id.fill('theirs');
    await page.getByRole('dialog').getByRole('button', { name: 'Add a site' }).click();
    await soon(() =>
      id.evaluate((input) => (input as unknown as { validationMessage: string }).validationMessage),
    ).toBe('A site with this id already exists. Choose another one.');
    expect(await dashboard.ask('/sites/theirs')).toMatchObject({ name: 'Theirs', timezone: 'Asia/Tokyo' });
    await page.keyboard.press('Escape');
    expect(await page.locator(':focus').textContent()).toBe('Add a site');
    const reader = { auth: 'key', scopes: ['read'], site_id: null };
    await page.route('**/api/v1/session', (route) => route.fulfill({ json: reader }));
    await page.reload();
    await rows(page);
    expect(await page.getByRole('button', { name: 'Add a site' }).count()).toBe(0);
    await page.goto('/shop/settings');
    await page.getByText('Settings require a key with the scope admin').waitFor();
    expect(await page.locator('.site-nav a').allTextContents()).toEqual([
      ...['Overview', 'Funnels', 'Retention', 'Journeys'],
    ]);
  });

  it('has pages of a hundred sites, sorted across all of them', async () => {
    const ids = Array.from({ length: 105 }, (_, at) => `a${String(at).padStart(3, '0')}`);
    await dashboard.store(ids.flatMap((id) => seenBy(id, ['ada'])));
    const { page, problems } = await dashboard.open('/?sort=name.asc');
    // A hundred sites are counted one after the other, which is slow on a busy machine.
    await page.getByText('Page 1 of 2').waitFor({ timeout: 60_000 });
    expect((await names(page)).slice(98)).toEqual(['a098', 'a099']);
    await page.getByRole('button', { name: 'Next' }).click();
    await soon(() => names(page)).toEqual([
      ...['a100', 'a101', 'a102', 'a103', 'a104', 'docs', 'Our blogblog', 'shop', 'Theirstheirs'],
    ]);
    expect(new URL(page.url()).searchParams.get('page')).toBe('2');
    expect(problems).toEqual([]);
  });

  it('leads to sites named like routes, also in capitals', async () => {
    await dashboard.store([...seenBy('Metrics', ['ada']), ...seenBy('share', ['ada', 'bob'])]);
    const { page, problems } = await dashboard.open('/?q=metrics');
    await page.getByRole('link', { name: 'Metrics' }).click();
    expect(await figures(page)).toMatchObject({ Visitors: '1' });
    await page.reload();
    expect(await figures(page)).toMatchObject({ Visitors: '1' });
    await page.goto('/?q=share');
    await page.getByRole('link', { name: 'share' }).click();
    expect(await figures(page)).toMatchObject({ Visitors: '2' });
    expect(problems).toEqual([]);
  });
});
