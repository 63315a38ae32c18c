import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shownRows } from './expected-rows.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { shopEvents } from './shop-events.js';

const june = '/shop?range=2026-06-01,2026-06-03&tab.locations=country&tab.sources=source';
const longTimeout = { timeout: 20_000 };
const rowsOf = async (page: Page, ...panels: string[]) => shownRows(page, panels);

describe.runIf(hasChromium())('goals', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    const second = ['2026-06-02T11:00:00Z', '2026-06-02T11:05:00Z'].map((timestamp) => ({
      ...{ timestamp, user_id: 'dan', country: 'FR', path: '/prices', source: 'Google', browser: 'Chrome' },
    }));
    await dashboard.store([...shopEvents, ...second]);
  });
  afterAll(() => dashboard.stop());

  it('do not exist at first, and are then counted among all visitors', async () => {
    const { page } = await dashboard.open(june);
    // Without goals, the panel shows events.
    await expect.poll(async () => (await rowsOf(page, 'events')).events?.[0], longTimeout).toEqual(['view', '4', '6']);
    await dashboard.ask('/sites/shop/goals', { name: 'Signed up', event_type: 'signup' });
    await dashboard.ask('/sites/shop/goals', { name: 'Saw prices', path: '/prices' });
    await dashboard.ask('/sites/shop/goals', { name: 'Left', event_type: 'outbound' });
    await page.reload();
    const goals = [
      ['Signed up', '2', '2', '50%'],
      ['Saw prices', '2', '3', '50%'],
      ['Left', '1', '1', '25%'],
    ];
    await expect
      .poll(async () => (await rowsOf(page, 'events')).events?.toSorted(), longTimeout)
      .toEqual(goals.toSorted());
  });

  it('make every panel show conversions and their rate until the chip is removed', async () => {
    const { page, problems } = await dashboard.open(june);
    await page.getByRole('button', { name: 'Signed up' }).click();
    await page.getByText('Goal: Signed up').waitFor();
    await expect
      .poll(() => rowsOf(page, 'locations', 'sources', 'devices'), longTimeout)
      .toEqual({
        // One of two visitors from France signed up.
        ...{
          locations: [
            ['Germany', '1', '100%'],
            ['France', '1', '50%'],
          ],
        },
        ...{
          sources: [
            ['Google', '1', '50%'],
            ['Newsletter', '1', '100%'],
          ],
        },
        ...{
          devices: [
            ['Chrome', '1', '50%'],
            ['Firefox', '1', '50%'],
          ],
        },
      });
    expect(new URL(page.url()).searchParams.get('goal')).not.toBeNull();
    await page.getByRole('button', { name: 'Remove filter: Goal: Signed up' }).click();
    await expect
      .poll(async () => (await rowsOf(page, 'locations')).locations, longTimeout)
      .toEqual([
        ['France', '2'],
        ['Germany', '1'],
        ['Singapore', '1'],
      ]);
    expect(problems).toEqual([]);
  });

  it('are requested again after a failure, which breaks no panel', async () => {
    const { page } = await dashboard.open('about:blank');
    const refusal = { status: 503, json: { error: { code: 'too_busy', message: 'Ask again in a minute.' } } };
    const down = { goals: true, queries: true };
    await page.route('**/sites/shop/goals', (route) => (down.goals ? route.fulfill(refusal) : route.fallback()));
    await page.route('**/query/batch', (route) =>
      down.queries && route.request().postData()!.includes('signup') ? route.fulfill(refusal) : route.fallback(),
    );
    await page.goto(`${june}&tab.events=goals`);
    const events = page.getByRole('region', { name: 'Events' });
    await events.getByText('Ask again in a minute.').waitFor();
    down.goals = false;
    const answered = page.waitForResponse('**/sites/shop/goals');
    await events.getByRole('button', { name: 'Try again' }).click();
    expect((await answered).ok()).toBe(true);
    await events.getByText('Ask again in a minute.').waitFor();
    await expect.poll(async () => (await rowsOf(page, 'locations')).locations?.length, longTimeout).toBe(3);
    down.queries = false;
    await events.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(async () => (await rowsOf(page, 'events')).events?.length, longTimeout).toBe(3);
  });

  it('show the revenue of their events when a property has it', async () => {
    const at = (user_id: string, event_type: string, properties = {}) => ({
      ...{ site_id: 'paid', timestamp: '2026-06-01T10:00:00Z', user_id, event_type, properties },
    });
    const orders = [at('ada', 'order', { price: '19.90' }), at('bob', 'order', { price: 5 }), at('cid', 'order')];
    await dashboard.store([...orders, at('ada', 'signup')]);
    await dashboard.ask('/sites/paid/goals', { name: 'Ordered', event_type: 'order', value_property: 'price' });
    await dashboard.ask('/sites/paid/goals', { name: 'Joined', event_type: 'signup' });
    const { page, problems } = await dashboard.open('/paid?range=2026-06-01,2026-06-03');
    await expect
      .poll(async () => (await rowsOf(page, 'events')).events, longTimeout)
      .toEqual([
        ['Ordered', '3', '3', '100%', '24.9'],
        ['Joined', '1', '1', '33.3%', '–'],
      ]);
    expect(problems).toEqual([]);
  });

  it('have the right rate also for less common values', async () => {
    const at = (user_id: string, path: string, browser: string, event_type = 'view') => ({
      ...{ site_id: 'many', timestamp: '2026-06-01T10:00:00Z', user_id, path, browser, event_type },
    });
    const common = Array.from({ length: 500 }, (_, number) =>
      ['eve', 'fay', 'gus'].map((user) => at(user, `/common/${number}`, 'Firefox')),
    );
    const rare = [at('ada', '/rare', 'Chrome'), at('bob', '/rare', 'Firefox'), at('ada', '/rare', 'Chrome', 'signup')];
    await dashboard.store([...common.flat(), ...rare]);
    const { id } = await dashboard.ask<{ id: string }>('/sites/many/goals', { name: 'Joined', event_type: 'signup' });
    const { page } = await dashboard.open(`/many?range=2026-06-01,2026-06-03&compare=off&goal=${id}`);
    await expect.poll(async () => (await rowsOf(page, 'pages')).pages, longTimeout).toEqual([['/rare', '1', '50%']]);
    await page.getByRole('button', { name: 'Chrome', exact: true }).click();
    await expect.poll(async () => (await rowsOf(page, 'pages')).pages, longTimeout).toEqual([['/rare', '1', '100%']]);
  });

  it('belong to the site shown, also after visiting the settings of another one', async () => {
    const { page } = await dashboard.open('/many/settings');
    await page.getByText('Joined').waitFor();
    await page.getByRole('link', { name: 'Millrace' }).click();
    await page.getByRole('link', { name: 'shop' }).click();
    await page.getByRole('button', { name: 'Saw prices' }).waitFor();
    await page.goBack();
    await page.goBack();
    await page.getByText('Joined').waitFor();
    await page.goForward();
    await page.goForward();
    await page.getByRole('button', { name: 'Saw prices' }).waitFor();
  });

  it('lead from an event to its properties and their values', async () => {
    const { page } = await dashboard.open(`${june}&tab.events=properties`);
    await page.getByRole('button', { name: 'signup', exact: true }).click();
    await page.getByRole('button', { name: 'plan', exact: true }).click();
    await expect
      .poll(async () => (await rowsOf(page, 'events')).events, longTimeout)
      .toEqual([
        ['free', '1', '1'],
        ['pro', '1', '1'],
      ]);
    await page.getByRole('button', { name: 'pro', exact: true }).click();
    const filters = new URL(page.url()).searchParams.getAll('f').map(decodeURIComponent);
    expect(filters).toEqual(['is,event_type,signup', 'is,property:plan,pro']);
  });
});
