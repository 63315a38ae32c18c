/** The full list of a tab: sorted, searched, paged and exported like the API's answer. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasChromium } from '@millrace/shared/testing/chromium';
import { type SpawnedService, spawnService } from '@millrace/shared/testing/spawn-service';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type GivenEvent, openDashboard } from './open-dashboard.js';

const june = '/shop?range=2026-06-01,2026-06-03';
const longTimeout = { timeout: 20_000 };

/** Page `/p-7` has 7 views of one visitor, and so on up to 130; one comes from Germany. */
const views = Array.from({ length: 130 }, (_, at): GivenEvent[] => {
  const number = at + 1;
  const view = { user_id: `u${number}`, path: `/p-${number}`, country: number === 12 ? 'DE' : 'FR' };
  return Array.from({ length: number }, (_, second) => ({
    ...view,
    timestamp: new Date(Date.UTC(2026, 5, 1, 10, 0, second)).toISOString(),
  }));
}).flat();

const dialog = (page: Page) => page.getByRole('dialog');
const firstRows = (page: Page, count: number) =>
  dialog(page)
    .locator('tbody tr')
    .evaluateAll(
      (rows, most) =>
        rows.slice(0, most).map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent!.trim())),
      count,
    );
const status = (page: Page) => dialog(page).locator('.details-list [role=status]').textContent();

async function contentOf(download: Download): Promise<Buffer> {
  return readFile(await download.path());
}

describe.runIf(hasChromium())('details', () => {
  let dashboard: Dashboard;
  let worker: SpawnedService | undefined;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-details-'));
    dashboard = await openDashboard({ EXPORT_DIR: dir });
    const env = { DATABASE_URL: dashboard.database.url, EXPORT_DIR: dir };
    [worker] = await Promise.all([spawnService('reporting', env, [], 'worker'), dashboard.store(views)]);
  });
  afterAll(async () => {
    await Promise.all([worker?.end(), dashboard?.stop()]);
    await rm(dir, { recursive: true, force: true });
  });

  it('list all rows, a hundred at first, sorted by any column', async () => {
    const { page, problems } = await dashboard.open(june);
    await page.getByRole('button', { name: 'Details of Pages' }).click();
    await expect.poll(() => status(page), longTimeout).toBe('100 of 130');
    await dialog(page).getByRole('button', { name: 'Views', exact: true }).click();
    await expect
      .poll(() => firstRows(page, 2), longTimeout)
      .toEqual([
        ['/p-130', '1', '130', '1', '0%', '2m 9s'],
        ['/p-129', '1', '129', '1', '0%', '2m 8s'],
      ]);
    await dialog(page).getByRole('button', { name: 'Views', exact: true }).click();
    await expect
      .poll(() => firstRows(page, 2), longTimeout)
      .toEqual([
        ['/p-1', '1', '1', '1', '100%', '0s'],
        ['/p-2', '1', '2', '1', '0%', '1s'],
      ]);
    await dialog(page).getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => firstRows(page, 200).then((rows) => rows.length), longTimeout).toBe(130);
    // The address contains all of it.
    await page.reload();
    await expect.poll(() => firstRows(page, 1), longTimeout).toEqual([['/p-1', '1', '1', '1', '100%', '0s']]);
    expect(problems).toEqual([]);
  });

  it('find values by a part of them, and countries by name', async () => {
    const { page } = await dashboard.open(`${june}&details=pages`);
    await dialog(page).getByRole('searchbox').fill('P-12');
    await expect.poll(() => status(page), longTimeout).toBe('11 of 11');
    await page.goto(`${june}&details=locations&tab.locations=country`);
    await dialog(page).getByRole('searchbox').fill('germ');
    await expect.poll(() => firstRows(page, 9), longTimeout).toEqual([['Germany', '1', '12', '1', '0%', '11s']]);
  });

  it('close when a value is chosen, on Escape and with Back, and return the focus', async () => {
    const { page } = await dashboard.open(june);
    const opener = page.getByRole('button', { name: 'Details of Pages' });
    await opener.click();
    await dialog(page).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    await opener.click();
    await dialog(page).waitFor();
    await page.goBack();
    await dialog(page).waitFor({ state: 'detached' });
    await opener.click();
    await dialog(page).getByRole('button', { name: '/p-10', exact: true }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(decodeURIComponent(new URL(page.url()).searchParams.get('f')!)).toBe('is,path,/p-10');
  });

  it('export with the current range, filters, order and search', async () => {
    const { page } = await dashboard.open(`${june}&f=is,country,FR&details=pages&tab.sort=-views&tab.search=p-12`);
    await expect.poll(() => status(page), longTimeout).toBe('10 of 10');
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect((await contentOf(csv)).toString().split('\r\n').slice(0, 3)).toEqual([
      'path,visitors,views,visits,bounce_rate,visit_duration',
      '/p-129,1,129,1,0,128',
      '/p-128,1,128,1,0,127',
    ]);
    const [workbook] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      dialog(page).getByRole('button', { name: 'Excel' }).click(),
    ]);
    expect(workbook.suggestedFilename()).toMatch(/\.xlsx$/);
    // A workbook is a ZIP file.
    expect((await contentOf(workbook)).subarray(0, 2).toString()).toBe('PK');
  });

  it('explain why a workbook could not be written', async () => {
    const { page } = await dashboard.open(`${june}&details=pages`);
    const failed = { id: 'e', status: 'failed', error: 'The disk is full.' };
    await page.route('**/api/v1/exports', (route) => route.fulfill({ json: failed }));
    await dialog(page).getByRole('button', { name: 'Excel' }).click();
    await dialog(page).getByRole('alert').getByText('The disk is full.').waitFor();
  });

  it('offer no exports behind a shared link', async () => {
    const { page } = await dashboard.open('/share/abc');
    await page.route('**/share/abc/api/v1/**', (route) => {
      const url = new URL(route.request().url());
      if (!url.pathname.endsWith('/session')) return route.continue({ url: url.href.replace('/share/abc', '') });
      return route.fulfill({ json: { auth: 'share', scopes: ['read'], site_id: 'shop', name: 'Shop', filters: null } });
    });
    await page.goto('/share/abc?range=2026-06-01,2026-06-03&details=pages');
    await expect.poll(() => status(page), longTimeout).toBe('100 of 130');
    expect(await dialog(page).getByText('CSV').count()).toBe(0);
  });
});
