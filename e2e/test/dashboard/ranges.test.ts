/** Date ranges, comparisons, and the keyboard shortcuts that choose them. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';

const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const rangeOf = (page: Page) => parameter(page, 'range');
const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs).toISOString();

/** Shortcuts work only once their code is loaded. */
async function pressUntil(page: Page, key: string, isDone: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      await page.keyboard.press(key);
      return isDone();
    })
    .toBe(true);
}

/** The chart's table for screen readers. */
const pointsOf = (page: Page) =>
  page
    .locator('figure.chart[aria-busy="false"] tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)));

describe.runIf(hasChromium())('the range of a page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      ...[0, 0.2, 3, 10, 20, 35, 100, 200].map((days, at) => ({
        site_id: 'recent',
        timestamp: daysAgo(days),
        user_id: `user ${at}`,
      })),
      ...['2026-06-01', '2026-06-02'].map((day) => ({ timestamp: `${day}T10:00:00Z`, user_id: `of ${day}` })),
      ...['2026-05-04', '2026-05-31'].map((day) => ({ timestamp: `${day}T10:00:00Z`, user_id: 'in May' })),
      { timestamp: '2025-06-01T10:00:00Z', user_id: 'a year ago' },
      { timestamp: '2026-06-01T23:30:00Z', user_id: 'late' },
    ]);
  });
  afterAll(() => dashboard.stop());

  it('can be any named range, with the figures of the API', async () => {
    const { page, problems } = await dashboard.open('/recent?compare=off');
    const names = {
      ...{ 'Last 7 days': '7d', 'Last 28 days': '28d', 'Last 90 days': '90d', 'Last 24 hours': '24h' },
      ...{ 'Last 30 minutes': 'realtime', Today: 'day', Yesterday: 'yesterday', 'This week': 'week' },
      ...{ 'Last week': 'last_week', 'This month': 'month', 'Last month': 'last_month', 'This quarter': 'quarter' },
      ...{ 'Last quarter': 'last_quarter', 'This year': 'year', 'Last year': 'last_year' },
      ...{ 'Last 6 months': '6mo', 'Last 12 months': '12mo', 'All time': 'all' },
    };
    const checked = new Set(['7d', '24h', 'yesterday', 'month', 'year', 'all']);
    for (const [name, range] of Object.entries(names)) {
      await page.getByRole('button', { name: /^Date range/ }).click();
      await page.locator('.presets').getByRole('button', { name, exact: true }).click();
      await page.getByRole('button', { name: `Date range: ${name}` }).waitFor();
      expect(rangeOf(page)).toBe(range);
      if (!checked.has(range)) continue;
      const body = { site_id: 'recent', metrics: ['visitors', 'views'], date_range: range };
      const { results } = await dashboard.ask<{ results: { metrics: number[] }[] }>('/query', body);
      const [visitors, views] = results[0]!.metrics.map(String);
      await expect.poll(() => figures(page)).toMatchObject({ Visitors: visitors, Views: views });
    }
    expect(problems).toEqual([]);
  });

  it('can be any two dates, moves by its length, and Back returns', async () => {
    const { page, problems } = await dashboard.open('/shop?compare=off');
    await page.clock.setFixedTime('2026-06-20T12:00:00Z');
    await pressUntil(page, 'c', () => page.getByLabel('From', { exact: true }).isVisible());
    await page.getByLabel('From', { exact: true }).fill('2026-06-01');
    await page.getByLabel('To', { exact: true }).fill('2026-06-02');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '3' });
    await page.getByRole('button', { name: 'Earlier range' }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    expect(rangeOf(page)).toBe('2026-05-30,2026-05-31');
    await page.keyboard.press('m');
    await page.keyboard.press('ArrowLeft');
    expect(rangeOf(page)).toBe('2026-05-01,2026-05-31');
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1', Visits: '2' });
    await page.keyboard.press('ArrowRight');
    expect(rangeOf(page)).toBe('month');
    await page.keyboard.press('ArrowRight');
    expect(rangeOf(page)).toBe('month');
    await page.goBack();
    await page.goBack();
    await page.goBack();
    expect(rangeOf(page)).toBe('2026-05-30,2026-05-31');
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1', Visits: '1' });
    expect(problems).toEqual([]);
  });

  it('is compared with the previous one, the year before, other dates or nothing, in figures and chart', async () => {
    const { page, problems } = await dashboard.open('/shop?range=2026-06-01,2026-06-02');
    const change = () => page.locator('.figures button').first().locator('.change').allTextContents();
    await expect
      .poll(() => pointsOf(page))
      .toEqual([
        ['Mon, 1 Jun 2026', '2', '0'],
        ['Tue, 2 Jun 2026', '1', '1'],
      ]);
    expect(await change()).toEqual(['+200%']);
    const legend = async () => (await page.locator('.legend').textContent())!.replaceAll('\u2009', ' ');
    expect(await legend()).toBe('Visitors 1 – 2 Jun 2026Previous period 30 – 31 May 2026');

    const choose = async (name: string) => {
      await page.getByRole('button', { name: /^Comparison/ }).click();
      await page.locator('.menu-window').getByRole('button', { name, exact: true }).click();
    };
    await choose('Previous year');
    await expect.poll(() => pointsOf(page).then((rows) => rows.map((cells) => cells[2]))).toEqual(['1', '0']);
    expect(await legend()).toBe('Visitors 1 – 2 Jun 2026Previous year 1 – 2 Jun 2025');

    await page.getByRole('button', { name: /^Comparison/ }).click();
    await page.getByLabel('From', { exact: true }).fill('2026-05-04');
    await page.getByLabel('To', { exact: true }).fill('2026-05-05');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => pointsOf(page).then((rows) => rows.map((cells) => cells[2]))).toEqual(['1', '0']);
    expect(parameter(page, 'compare')).toBe('2026-05-04,2026-05-05');

    await choose('No comparison');
    await expect.poll(() => pointsOf(page).then((rows) => rows[0])).toEqual(['Mon, 1 Jun 2026', '2']);
    expect(await change()).toEqual([]);
    await page.keyboard.press('x');
    await expect.poll(change).toEqual(['+200%']);

    await page.getByRole('button', { name: /^Comparison/ }).click();
    await page.getByLabel('Match days of the week').check();
    await expect.poll(legend).toBe('Visitors 1 – 2 Jun 2026Previous period 25 – 26 May 2026');
    expect(parameter(page, 'match')).toBe('weekday');
    expect(problems).toEqual([]);
  });

  it('offers all time when the range has no visitors', async () => {
    const { page, problems } = await dashboard.open('/shop?range=2026-07-01,2026-07-02&compare=off');
    await page.getByRole('button', { name: 'Show all time' }).click();
    await expect.poll(() => figures(page)).toMatchObject({ Views: '6' });
    expect(rangeOf(page)).toBe('all');
    await page.goto('/shop?range=2026-07-01,2026-07-02&compare=off&f=is,country,DE');
    await figures(page);
    expect(await page.getByRole('button', { name: 'Show all time' }).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("uses days of the site's time zone, or of the reader's", async () => {
    const options = { timezoneId: 'Asia/Tokyo' };
    const { page, problems } = await dashboard.open('/shop?range=2026-06-02,2026-06-02&compare=off', options);
    expect(await figures(page)).toMatchObject({ Visitors: '1' });
    await page.getByRole('button', { name: /^Date range/ }).click();
    await page.getByLabel('Browser (Asia/Tokyo)').check();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2' });
    expect(parameter(page, 'tz')).toBe('Asia/Tokyo');
    await page.reload();
    await page.getByRole('button', { name: /^Date range/ }).click();
    await page.getByLabel('Site (UTC)').check();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1' });
    expect(parameter(page, 'tz')).toBeNull();
    expect(problems).toEqual([]);
  });

  it('has keyboard shortcuts, which are ignored while typing and can be switched off', async () => {
    const { page, problems } = await dashboard.open('/shop');
    await pressUntil(page, 'd', async () => rangeOf(page) === 'day');
    const keys = { e: 'yesterday', r: 'realtime', w: 'week', h: '24h', f: '28d', n: '90d', m: 'month' };
    for (const [key, range] of Object.entries({ ...keys, p: 'last_month', y: 'year', l: '12mo', a: 'all' })) {
      await page.keyboard.press(key);
      await expect.poll(() => rangeOf(page)).toBe(range);
    }
    await page.keyboard.press('Control+d');
    expect(rangeOf(page)).toBe('all');
    await page.keyboard.press('f');
    await page.keyboard.press('i');
    expect(parameter(page, 'interval')).toBe('week');
    const dark = () => page.locator('html').getAttribute('data-theme');
    const before = await dark();
    await page.keyboard.press('t');
    expect(await dark()).not.toBe(before);

    await page.keyboard.press('/');
    await page.getByLabel('Values').fill('d');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(rangeOf(page)).toBe('28d');

    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByRole('checkbox').uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.reload();
    await figures(page);
    await page.keyboard.press('d');
    await page.keyboard.press('?');
    expect(await sheet.count()).toBe(0);
    expect(rangeOf(page)).toBe('28d');
    await page.getByRole('button', { name: 'Theme and language' }).click();
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await sheet.getByRole('checkbox').check();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('d');
    await expect.poll(() => rangeOf(page)).toBe('day');
    await page.keyboard.press('s');
    await expect.poll(() => new URL(page.url()).pathname).toBe('/');
    expect(problems).toEqual([]);
  });
});
