import { gzipSync } from 'node:zlib';
import { hasChromium } from '@millrace/shared/testing/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures, rowsOf } from './read-page.js';

const june = '/shop?range=2026-06-01,2026-06-03&compare=off';

/** Runs in the page: records when the last panel shows figures. */
function markFirstView(): void {
  const isThere = () => {
    const panels = [...document.querySelectorAll('.panel')];
    const hasRows = (panel: Element) => panel.querySelector('table[aria-busy="false"] tbody tr, .empty') !== null;
    return (
      panels.length === 7 && panels.every(hasRows) && document.querySelector('.figures[aria-busy="false"] + .chart')
    );
  };
  new MutationObserver((_changes, self) => {
    if (!isThere()) return;
    performance.mark('first view');
    self.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
}

/** Runs in the page: the requests before and after that time. */
function loadedFiles(): { first: string[]; later: string[] } {
  const there = performance.getEntriesByName('first view')[0]!.startTime;
  const files = performance.getEntriesByType('resource').filter(({ name }) => !name.includes('/api/'));
  const paths = (isFirst: boolean) =>
    files.filter(({ startTime }) => startTime <= there === isFirst).map(({ name }) => new URL(name).pathname);
  return { first: paths(true), later: paths(false) };
}

/** Without the hash. */
const kindOf = (path: string) => path.replace(/^.*\/([\w-]+)-\w+(\.\w+)$/, '$1$2');

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
  const sizeOf = async (path: string): Promise<number> => {
    const response = await fetch(dashboard.url + path, { headers: { accept: 'text/html, */*' } });
    return gzipSync(Buffer.from(await response.arrayBuffer()), { level: 9 }).length;
  };

  it('shows the figures of the range and the rows of the panels', async () => {
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

  it('loads at most 50 KB of code, gzipped, until all panels show figures, and the map afterwards', async () => {
    const now = { site_id: 'today', user_id: 'eve', country: 'DE', browser: 'Firefox' };
    const payment = { amount: '12.50', currency: 'EUR', status: 'succeeded', transaction_id: 'T-1' };
    await dashboard.store([now, { ...now, event_type: 'payment', properties: payment }]);
    const { page, problems } = await dashboard.open('about:blank');
    await page.addInitScript(markFirstView);
    await page.goto('/today');
    await page.waitForFunction(() => performance.getEntriesByName('first view').length > 0);
    await page.getByRole('region', { name: 'Locations' }).scrollIntoViewIfNeeded();
    await page.locator('.map svg').waitFor();
    const { first, later } = await page.evaluate(loadedFiles);
    const sizes = await Promise.all(['/today', ...first].map(async (path) => [path, await sizeOf(path)] as const));
    expect(
      sizes.reduce((sum, [, size]) => sum + size, 0),
      JSON.stringify(sizes),
    ).toBeLessThanOrEqual(50_000);
    expect(first.map(kindOf)).toEqual(expect.arrayContaining(['first.css', 'en.js', 'revenue-panel.js']));
    expect(later.map(kindOf)).toEqual(expect.arrayContaining(['later.css', 'pages-en.js', 'world-map.js']));
    expect(problems).toEqual([]);
  });

  it('opens another page at the top, with its name in the title and the focus on it, and adds the same page to the history only once', async () => {
    const { page } = await dashboard.open(june, { viewport: { width: 600, height: 400 } });
    await figures(page);
    await expect.poll(() => page.title()).toBe('shop – Millrace');
    const funnels = page.getByRole('link', { name: 'Funnels' });
    await page.evaluate(() => scrollTo(0, 300));
    // A real click would scroll to the link by itself.
    await funnels.dispatchEvent('click');
    await expect.poll(() => page.title()).toBe('Funnels – shop – Millrace');
    await expect.poll(() => page.evaluate(() => document.activeElement!.tagName)).toBe('MAIN');
    expect(await page.evaluate(() => scrollY)).toBe(0);
    const entries = () => page.evaluate(() => history.length);
    const before = await entries();
    await funnels.click();
    expect(await entries()).toBe(before);
  });

  it('filters everything by a click, and Back removes the filter', async () => {
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
