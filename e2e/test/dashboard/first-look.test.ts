/** What somebody sees who opens the page of a site. */
import { gzipSync } from 'node:zlib';
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures, rowsOf } from './read-page.js';

const june = '/shop?range=2026-06-01,2026-06-03&compare=off';

describe.runIf(hasChromium())('the page of a site', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada', path: '/', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-01T10:00:30Z', user_id: 'ada', path: '/prices', country: 'DE', browser: 'Firefox' },
      { timestamp: '2026-06-02T09:00:00Z', user_id: 'bob', path: '/', country: 'FR', browser: 'Chrome' },
    ]);
  });
  afterAll(() => dashboard.stop());

  it('shows the figures of the range, and panels with their rows', async () => {
    const { page, problems } = await dashboard.open(june);
    expect(await figures(page)).toEqual({
      ...{ Visitors: '2', Visits: '2', Views: '3', 'Views per visit': '1.5' },
      ...{ 'Bounce rate': '50%', 'Visit duration': '15s' },
    });
    expect(await rowsOf(page, 'Pages')).toEqual([
      ['/', '2', '2'],
      ['/prices', '1', '1'],
    ]);
    expect(await rowsOf(page, 'Locations')).toEqual([
      ['Germany', '1'],
      ['France', '1'],
    ]);
    expect(problems).toEqual([]);
  });

  it('loads at most 50 KB of its own, as gzip packs it', async () => {
    const { page, problems } = await dashboard.open('about:blank');
    const bodies: Promise<[name: string, size: number]>[] = [];
    const sizeOf = async (response: Response): Promise<[string, number]> => [
      new URL(response.url()).pathname,
      gzipSync(await response.body()).length,
    ];
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) bodies.push(sizeOf(response));
    });
    await page.goto(june);
    await rowsOf(page, 'Devices');
    const sizes = await Promise.all(bodies);
    expect(sizes.length).toBeGreaterThan(3);
    expect(
      sizes.reduce((sum, [, size]) => sum + size, 0),
      JSON.stringify(sizes),
    ).toBeLessThanOrEqual(50_000);
    expect(problems).toEqual([]);
  });

  it('filters everything by a click, and Back takes the filter away', async () => {
    const { page, problems } = await dashboard.open(june);
    await page.getByRole('button', { name: 'Germany', exact: true }).click();
    await page.getByText('Country is Germany').waitFor();
    expect(new URL(page.url()).searchParams.getAll('f')).toEqual(['is,country,DE']);
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '1', Views: '2', 'Visit duration': '30s' });
    await expect.poll(() => rowsOf(page, 'Devices')).toEqual([['Firefox', '1']]);
    await page.goBack();
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '2', Views: '3' });
    expect(problems).toEqual([]);
  });
});
