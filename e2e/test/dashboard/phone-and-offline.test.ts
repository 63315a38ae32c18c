/** The page on a phone, and while Millrace is unreachable. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { complete, figures, rowsOf } from './read-page.js';

const june = '/shop?range=2026-06-01,2026-06-03&compare=off';
const phone = { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true };

const widthOf = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth');

/** Runs in the page: records whether anything has been dimmed. */
const noteDimming = `new MutationObserver(() => {
  if (document.querySelector('[aria-busy="true"]')) document.body.dataset.dimmed = 'yes';
}).observe(document.querySelector('main'), { subtree: true, attributes: true, childList: true })`;

/** Whether it fits without scrolling sideways. */
async function fits(page: Page, selector: string): Promise<boolean> {
  const { x, width } = (await page.locator(selector).boundingBox())!;
  return x >= 0 && x + width <= phone.viewport.width;
}

describe.runIf(hasChromium())('a page on a phone or offline', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    const long = `/${'a-very-long-path-'.repeat(12)}`;
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada', path: long, country: 'DE' },
      { timestamp: '2026-06-01T11:00:00Z', user_id: 'bob', path: '/', country: 'FR' },
    ]);
  });
  afterAll(() => dashboard.stop());

  it('has filters, ranges and settings for a phone, and never scrolls sideways', async () => {
    const { page, problems } = await dashboard.open(june, phone);
    await figures(page);
    await page.getByRole('button', { name: 'Filter', exact: true }).tap();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Values' }).fill('long');
    await dialog.getByRole('checkbox', { name: /very-long/ }).tap();
    expect(await fits(page, 'dialog')).toBe(true);
    expect(await fits(page, 'dialog button[type=submit]')).toBe(true);
    await dialog.getByRole('button', { name: 'Apply' }).tap();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    expect(await widthOf(page)).toBe(360);
    for (const name of [/^Date range/, /^Comparison/, 'Segments', 'Theme and language']) {
      await page.getByRole('button', { name }).tap();
      await page.locator('.menu-window > div').waitFor();
      expect(await fits(page, '.menu-window')).toBe(true);
      expect(await widthOf(page)).toBe(360);
    }
    await page.touchscreen.tap(180, 630);
    await page.locator('.menu-window').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });

  it('always shows the control that excludes a value, as touch has no hover', async () => {
    const { page } = await dashboard.open(june, phone);
    await figures(page);
    const leaveOut = page.getByRole('button', { name: 'Exclude Germany' });
    await expect.poll(() => leaveOut.evaluate((button) => getComputedStyle(button).opacity)).toBe('1');
    await leaveOut.tap();
    await page.getByText('Country is not Germany').waitFor();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
  });

  it('says once that Millrace is unreachable, keeps its figures, and resumes by itself', async () => {
    const { page } = await dashboard.open(june);
    await figures(page);
    // A pending answer would show that Millrace is reachable, and code of chips could not be loaded later.
    await complete(page);
    await page.context().setOffline(true);
    const note = page.getByText('Millrace cannot be reached');
    await note.waitFor();
    expect(await note.count()).toBe(1);
    expect(await figures(page)).toMatchObject({ Visitors: '2' });
    await page.getByRole('button', { name: 'Germany', exact: true }).click();
    await page.getByText('Country is Germany').waitFor();
    await page.locator('.figures[aria-busy="true"]').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.context().setOffline(false);
    await note.waitFor({ state: 'detached' });
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
  });

  it('requests the missing part of a truncated answer again', async () => {
    const { page } = await dashboard.open('about:blank');
    let isCut = true;
    await page.route('**/query/batch', (route) =>
      isCut ? route.fulfill({ contentType: 'application/x-ndjson', body: '{"index":0,"resu' }) : route.fallback(),
    );
    await page.goto(june);
    await page.getByText('Millrace cannot be reached').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    isCut = false;
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });
    expect((await rowsOf(page, 'Locations')).length).toBe(2);
  });

  it('starts once Millrace answers, when it was unreachable at first', async () => {
    const { page } = await dashboard.open('/shop?range=realtime');
    await figures(page);
    let isDown = true;
    await page.route('**/api/v1/**', (route) => (isDown ? route.abort('connectionrefused') : route.fallback()));
    await page.goto(june);
    await page.getByText('Millrace cannot be reached').waitFor();
    isDown = false;
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });
    expect(await page.getByText('Millrace cannot be reached').count()).toBe(0);
  });

  it('sends only one small request at a time until Millrace answers again', async () => {
    const { page } = await dashboard.open('/');
    await page.clock.install();
    await page.goto(june);
    await complete(page);
    const requested: string[] = [];
    let isDown = true;
    await page.route('**/api/v1/**', (route) => {
      requested.push(new URL(route.request().url()).pathname);
      return isDown ? route.abort('connectionrefused') : route.fallback();
    });
    await page.evaluate("dispatchEvent(new Event('offline'))");
    const note = page.getByText('Millrace cannot be reached');
    await note.waitFor();
    const before = requested.length;
    await page.clock.runFor(20_000);
    await expect.poll(() => requested.length).toBeGreaterThan(before);
    expect([...new Set(requested)]).toEqual(['/api/v1/session']);
    isDown = false;
    await page.clock.runFor(5_000);
    await note.waitFor({ state: 'detached' });
    await expect.poll(() => requested).toContain('/api/v1/query/batch');
  });

  it('pauses between refreshes while one path is blocked and others answer, since each answer seems to end an outage', async () => {
    const payment = { amount: '12.50', currency: 'EUR', status: 'succeeded', transaction_id: 'T-1' };
    await dashboard.store([{ site_id: 'paid', user_id: 'eve', event_type: 'payment', properties: payment }]);
    const { page } = await dashboard.open('about:blank');
    const blockedAt: number[] = [];
    await page.route('**/datasets/**', (route) => {
      blockedAt.push(Date.now());
      return route.abort('blockedbyclient');
    });
    await page.goto('/paid?compare=off');
    await expect.poll(() => (blockedAt.at(-1) ?? 0) - (blockedAt[0] ?? 0), { timeout: 40_000 }).toBeGreaterThan(11_000);
    expect(blockedAt.length).toBeLessThan(10);
  });

  it('says so when even its texts cannot be loaded', async () => {
    const { page } = await dashboard.open('about:blank');
    await page.route(/\/en-\w+\.js$/, (route) => route.abort('connectionrefused'));
    await page.goto(june);
    await page.getByText('Millrace cannot be reached').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    expect(await figures(page)).toMatchObject({ Visitors: '2' });
  });

  it('refreshes each minute without dimming when the range includes now, and not otherwise', async () => {
    // Without events, the page would wait for the first one.
    const before = new Date(Date.now() - 3 * 86_400_000).toISOString();
    await dashboard.store([{ site_id: 'fresh', user_id: 'bob', timestamp: before }]);
    const { page, problems } = await dashboard.open('/');
    await page.clock.install();
    await page.goto('/fresh?range=day&compare=off');
    expect(await figures(page)).toMatchObject({ Visitors: '0' });
    await complete(page);
    await page.evaluate(noteDimming);
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url() + (request.postData() ?? '')));
    await dashboard.store([{ site_id: 'fresh', user_id: 'eve' }]);
    await page.clock.fastForward(75_000);
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    expect(await page.locator('body').getAttribute('data-dimmed')).toBeNull();
    // Whether there are payments at all does not change from minute to minute.
    expect(requested.filter((request) => request.includes('event:payment'))).toEqual([]);
    await page.goto('/fresh?range=yesterday&compare=off');
    await figures(page);
    requested.length = 0;
    await page.clock.fastForward(300_000);
    await figures(page);
    expect(requested.filter((request) => request.includes('/query/batch'))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
