/** The chart: annotations, selecting a range, and reading points by keyboard and touch. */
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { complete, figures } from './read-page.js';

const june = '/shop?range=2026-06-01,2026-06-10&compare=off';

/** The position of a day's point, of ten. */
async function spotOf(page: Page, day: number): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator('.u-over').boundingBox())!;
  return { x: x + ((day - 1) / 9) * width, y: y + height / 2 };
}

describe.runIf(hasChromium())('the chart', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada' },
      { timestamp: '2026-06-04T10:00:00Z', user_id: 'ada' },
      { timestamp: '2026-06-04T11:00:00Z', user_id: 'bob' },
      { timestamp: '2026-06-06T10:00:00Z', user_id: 'cyd' },
    ]);
  });
  afterAll(() => dashboard.stop());

  it('shows annotations, which can be added and deleted', async () => {
    const { page, problems } = await dashboard.open(june);
    await complete(page);
    await page.getByRole('button', { name: 'Annotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Annotations' });
    await dialog.getByLabel('When (UTC)').fill('2026-06-04T09:30');
    await dialog.getByLabel('Type').selectOption('Deployment');
    await dialog.getByLabel('Text').fill('<b>Version 2</b>');
    await dialog.getByRole('button', { name: 'Add annotation' }).click();
    await dialog.getByRole('listitem').getByText('<b>Version 2</b>').waitFor();
    const sent = { at: '2026-06-04T09:30:00.000Z', kind: 'deployment', text: '<b>Version 2</b>' };
    const { annotations } = await dashboard.ask<{ annotations: object[] }>('/sites/shop/annotations');
    expect(annotations).toMatchObject([{ until: null, ...sent }]);
    await page.keyboard.press('Escape');

    const mark = page.getByRole('button', { name: 'Deployment: <b>Version 2</b>' });
    const { x, width } = (await mark.boundingBox())!;
    expect(Math.abs(x + width / 2 - (await spotOf(page, 4)).x)).toBeLessThan(2);
    const text = page.locator('.mark li');
    expect(await text.isVisible()).toBe(false);
    await mark.focus();
    expect(await text.isVisible()).toBe(true);
    const row = page.locator('figure.chart tbody tr').nth(3);
    expect(await row.locator('th, td').allTextContents()).toEqual([
      ...['Thu, 4 Jun 2026', '2', 'Deployment: <b>Version 2</b>'],
    ]);

    await mark.click();
    await dialog.getByRole('button', { name: 'Delete: <b>Version 2</b>' }).click();
    await dialog.getByRole('button', { name: 'Confirm, cannot be undone: <b>Version 2</b>' }).click();
    await dialog.getByText('No annotations').waitFor();
    await page.keyboard.press('Escape');
    expect(await mark.count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it('shows the duration of a campaign', async () => {
    const { page } = await dashboard.open(june);
    await complete(page);
    await page.getByRole('button', { name: 'Annotate' }).click();
    const dialog = page.getByRole('dialog', { name: 'Annotations' });
    await dialog.getByLabel('When (UTC)').fill('2026-06-03T00:00');
    await dialog.getByLabel('Until').fill('2026-06-06T00:00');
    await dialog.getByLabel('Type').selectOption('Campaign');
    await dialog.getByLabel('Text').fill('Spring');
    await dialog.getByRole('button', { name: 'Add annotation' }).click();
    await dialog.getByText('3 Jun 2026, 00:00 – 6 Jun 2026, 00:00').waitFor();
    await page.keyboard.press('Escape');
    const { x, width } = (await page.locator('.lasting').boundingBox())!;
    const [first, last] = [await spotOf(page, 3), await spotOf(page, 5)];
    expect(Math.abs(x - first.x)).toBeLessThan(2);
    expect(Math.abs(x + width - last.x)).toBeLessThan(2);
    const { annotations } = await dashboard.ask<{ annotations: { id: string }[] }>('/sites/shop/annotations');
    await fetch(`${dashboard.url}/api/v1/sites/shop/annotations/${annotations[0]!.id}`, { method: 'DELETE' });
  });

  it('sets the range to the part selected with the mouse, and Back undoes it', async () => {
    const { page, problems } = await dashboard.open(june);
    await figures(page);
    await page.locator('.u-over').waitFor();
    const [from, to] = [await spotOf(page, 3), await spotOf(page, 6)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('2026-06-03,2026-06-06');
    await expect.poll(() => figures(page)).toMatchObject({ Visitors: '3' });
    await page.goBack();
    await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('2026-06-01,2026-06-10');
    expect(problems).toEqual([]);
  });

  it('announces its points one by one to keyboard users', async () => {
    const { page, problems } = await dashboard.open(`${june}&f=is_not,country,XX`);
    await page.locator('.u-over').waitFor();
    await page.getByRole('application').focus();
    const said = () => page.locator('.plot [aria-live]').textContent();
    await page.keyboard.press('Home');
    await expect.poll(said).toBe('Mon, 1 Jun 2026: 1 Visitors');
    for (const _ of [1, 2, 3]) await page.keyboard.press('ArrowRight');
    await expect.poll(said).toBe('Thu, 4 Jun 2026: 2 Visitors');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(said).toBe('Tue, 9 Jun 2026: 0 Visitors');
    expect(await page.locator('.tooltip').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(said).toBe('');
    expect(new URL(page.url()).searchParams.get('range')).toBe('2026-06-01,2026-06-10');
    expect(new URL(page.url()).searchParams.getAll('f')).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it('shows a point on touch', async () => {
    const options = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
    const { page, problems } = await dashboard.open(june, options);
    // Until then, the part above the chart may still grow.
    await complete(page);
    await page.locator('.u-over').scrollIntoViewIfNeeded();
    const { x, y } = await spotOf(page, 4);
    await page.touchscreen.tap(x, y);
    await expect.poll(() => page.locator('.tooltip').textContent()).toBe('Visitors2 Thu, 4 Jun 2026');
    await page.getByRole('heading', { name: 'shop' }).dispatchEvent('pointerdown', { pointerType: 'touch' });
    await page.locator('.tooltip').waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });
});
