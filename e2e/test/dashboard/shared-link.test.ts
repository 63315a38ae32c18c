import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures, rowsOf } from './read-page.js';

const june = 'range=2026-06-01,2026-06-03&compare=off';

interface Link {
  id: string;
  path: string;
}

describe.runIf(hasChromium())('a shared link', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard({ READ_AUTH: 'open' });
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada', path: '/', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-01T10:00:30Z', user_id: 'ada', path: '/prices', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-02T09:00:00Z', user_id: 'bob', path: '/', country: 'FR', browser: 'Chrome' },
      { timestamp: '2026-06-02T10:00:00Z', user_id: 'gpt', path: '/', bot: 'GPTBot', device: 'bot' },
      { user_id: 'eve', path: '/now', country: 'DE' },
      { user_id: 'joe', path: '/now', country: 'FR' },
    ]);
  });
  afterAll(() => dashboard.stop());

  const share = (fields: object = {}) => dashboard.ask<Link>('/sites/shop/share-links', fields);
  const revoke = ({ id }: Link) => fetch(`${dashboard.url}/api/v1/sites/shop/share-links/${id}`, { method: 'DELETE' });

  const open = async (path: string): Promise<Page> => (await dashboard.open(path)).page;

  const germans = { filters: [['is', 'country', ['DE']]] };

  it('shows the site within its filters, which cannot be removed, and leads nowhere else', async () => {
    const { path } = await share(germans);
    const page = await open(`${path}?${june}&f=is,country,FR,DE`);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '2' });
    expect(await rowsOf(page, 'Locations')).toEqual([['Germany', '1']]);
    const fixed = page.getByRole('list', { name: 'Fixed by this link' });
    expect([await fixed.innerText(), await fixed.getByRole('button').count()]).toEqual(['Country is Germany', 0]);
    await page.getByRole('button', { name: /^Remove filter/ }).click();
    await expect.poll(() => page.locator('.chips:not(.fixed) li').count()).toBe(0);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '2' });
    const links = await page
      .locator('a')
      .evaluateAll((all) => all.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
    expect(links.filter((link) => !link.startsWith(path))).toEqual([]);
    await page.close();
  });

  it('can be about bots', async () => {
    const { path } = await share({ filters: [['is', 'bot', ['GPTBot']]] });
    const page = await open(`${path}?${june}`);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    await page.close();
  });

  it('can be embedded with a saved segment', async () => {
    const segment = { kind: 'segment', name: 'Germans', definition: germans };
    const { id } = await dashboard.ask<{ id: string }>('/sites/shop/saved-views', segment);
    const { path } = await share();
    const page = await open(`${path}?${june}&embed=true&segment=${id}`);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '2' });
    await page.close();
  });

  it('also states its filters on the behaviour pages', async () => {
    const { path } = await share(germans);
    const page = await open(`${path}/funnels?${june}`);
    await page.getByRole('list', { name: 'Fixed by this link' }).getByText('Country is Germany').waitFor();
    await page.close();
  });

  it('has its own live page, within the same filters', async () => {
    const { path } = await share(germans);
    const page = await open(`${path}?range=7d`);
    await page.getByRole('link', { name: '1 current visitor' }).click();
    await page.waitForURL(({ pathname, search }) => `${pathname}${search}`.endsWith(`${path}/live?range=7d`));
    expect(await rowsOf(page, 'Current countries')).toEqual([['Germany', '1']]);
    await page.close();
  });

  it('accepts its password, and says when it is wrong', async () => {
    const { path } = await share({ password: 'correct horse' });
    const page = await open(`${path}?${june}`);
    const enter = async (password: string) => {
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await enter('wrong horse');
    await page.getByRole('alert').getByText('Wrong password').waitFor();
    await enter('correct horse');
    expect(await figures(page)).toMatchObject({ Visitors: '2', Views: '3' });
    await page.reload();
    expect(await figures(page)).toMatchObject({ Visitors: '2', Views: '3' });
    await page.close();
  });

  it('explains that it was revoked, also where it is already open', async () => {
    const link = await share();
    const page = await open(`${link.path}?${june}`);
    await figures(page);
    await revoke(link);
    await page.getByRole('button', { name: 'Views per visit' }).click();
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
    await page.goto('/share/AAAAAAAAAAAAAAAAAAAAAA');
    await page.getByText('Ask the person who sent it for a new one.').waitFor();
    await page.close();
  });

  it('can be embedded without header, in the theme and language of its address, which persist', async () => {
    const { path } = await share();
    const page = await open(`${path}?${june}&embed=true&theme=dark&lang=de`);
    await page.getByRole('button', { name: 'Deutschland', exact: true }).click();
    await page.getByText('Land ist Deutschland').waitFor();
    const { searchParams } = new URL(page.url());
    expect(['embed', 'theme', 'lang', 'f'].map((name) => searchParams.get(name))).toEqual([
      ...['true', 'dark', 'de', 'is,country,DE'],
    ]);
    expect(await page.locator('header').count()).toBe(0);
    expect(await page.getByRole('contentinfo').innerText()).toMatch(/^Exakt, Stand [\d:]+, aus .+\. Millrace$/);
    const look = await page.evaluate(() => {
      const { lang, dataset } = document.documentElement;
      return [lang, dataset.theme, getComputedStyle(document.documentElement).backgroundColor];
    });
    expect(look).toEqual(['de', 'dark', 'rgba(0, 0, 0, 0)']);
    await page.close();
  });
});
