/** Current visitors, in the header and on the live page. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures, rowsOf } from './read-page.js';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString();
const visitors = (page: Page) => page.locator('.header .now');
const shows = (page: Page, text: string) => visitors(page).filter({ hasText: text }).waitFor();

/** As if another tab covered the page, or the page were visible again. */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);

describe.runIf(hasChromium())('live figures', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
  });
  afterAll(() => dashboard.stop());
  let page: Page;
  let problems: string[];
  const open = async (path: string) => {
    ({ page, problems } = await dashboard.open(path));
  };
  afterEach(() => page.close());

  const listeners = async (count: number) => {
    const isThere = async () => {
      const metrics = await (await fetch(`${dashboard.url}/metrics`)).text();
      return metrics.includes(`\nmillrace_live_listeners ${count}\n`);
    };
    await eventually(isThere, `${count} streams are open`);
  };

  it('counts visitors up and down as they come and go, without a click', async () => {
    const site_id = 'up-and-down';
    await dashboard.store([{ site_id, user_id: 'ada', timestamp: ago(1) }]);
    await open(`/${site_id}`);
    await shows(page, '1 current visitor');
    // Its five minutes end soon, but not before the page has shown it.
    await dashboard.store([{ site_id, user_id: 'bob', timestamp: ago(275) }]);
    await shows(page, '2 current visitors');
    await visitors(page).getByText('1 current visitor', { exact: true }).waitFor({ timeout: 90_000 });
    expect(problems).toEqual([]);
  });

  it('shows current pages, sources and countries, and the latest events as they arrive', async () => {
    const site_id = 'moment';
    const came = { site_id, user_id: 'ada', source: 'Google', country: 'DE', browser: 'Firefox' };
    await dashboard.store([{ ...came, path: '/prices', timestamp: ago(2) }]);
    await open(`/${site_id}/live`);
    expect(await rowsOf(page, 'Current pages')).toEqual([['/prices', '1']]);
    expect(await rowsOf(page, 'Current sources')).toEqual([['Google', '1']]);
    expect(await rowsOf(page, 'Current countries')).toEqual([['Germany', '1']]);
    // Like panels: names at the start of their line, with a bar in proportion to the highest value.
    const row = page.getByRole('region', { name: 'Current pages' }).locator('tbody tr');
    const [list, bar] = [(await row.boundingBox())!, (await row.locator('.bar').boundingBox())!];
    expect(Math.abs(bar.x - list.x)).toBeLessThan(2);
    expect(bar.height).toBeGreaterThan(10);
    await dashboard.store([{ ...came, event_type: 'signup', path: '/thanks', timestamp: ago(0) }]);
    await page.getByRole('rowheader', { name: 'signup/thanks' }).waitFor();
    expect((await rowsOf(page, 'Latest events')).map(([_time, ...rest]) => rest)).toEqual([
      ['signup/thanks', 'Germany', 'Firefox', 'Google'],
      ['/prices', 'Germany', 'Firefox', 'Google'],
    ]);
    const minutes = await page.locator('.minutes tbody td').allTextContents();
    expect([minutes.length, minutes.map(Number).reduce((sum, views) => sum + views, 0)]).toEqual([30, 1]);
    expect(problems).toEqual([]);
  });

  it('leads from a row to the last half hour filtered by it', async () => {
    const site_id = 'rows';
    await dashboard.store([
      { site_id, user_id: 'ada', country: 'DE', path: '/a', timestamp: ago(2) },
      { site_id, user_id: 'bob', country: 'FR', path: '/b', timestamp: ago(1) },
    ]);
    await open(`/${site_id}`);
    await visitors(page).click();
    await page.getByRole('region', { name: 'Current countries' }).getByRole('link', { name: 'France' }).click();
    await page.getByText('Country is France').waitFor();
    const { pathname, searchParams } = new URL(page.url());
    expect([pathname, searchParams.get('range'), searchParams.getAll('f')]).toEqual([
      '/rows',
      'realtime',
      ['is,country,FR'],
    ]);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    expect(await rowsOf(page, 'Pages')).toEqual([['/b', '1', '1']]);
    expect(problems).toEqual([]);
  });

  it('has one stream while it is visible, for the site shown, and none while it is hidden', async () => {
    await dashboard.store([
      { site_id: 'one', user_id: 'ada', timestamp: ago(1) },
      { site_id: 'two', user_id: 'ada', timestamp: ago(1) },
    ]);
    await open('/one');
    await shows(page, '1 current visitor');
    await visitors(page).click();
    await listeners(1);
    await hide(page, true);
    await listeners(0);
    await dashboard.store([{ site_id: 'one', user_id: 'bob', timestamp: ago(1) }]);
    await hide(page, false);
    await shows(page, '2 current visitors');
    await listeners(1);
    await page.goto('/two');
    await shows(page, '1 current visitor');
    await listeners(1);
    await page.close();
    await listeners(0);
  });

  it('says when it is disconnected, and reconnects by itself', async () => {
    await dashboard.store([{ site_id: 'cut', user_id: 'ada', timestamp: ago(1) }]);
    await open('/cut');
    await shows(page, '1 current visitor');
    await page.route('**/live', (route) => route.abort());
    await hide(page, true);
    await hide(page, false);
    await shows(page, 'not connected');
    await page.unroute('**/live');
    await page.locator('.now[data-connection="open"]').waitFor();
    expect(await visitors(page).innerText()).toBe('1 current visitor');
  });
});
