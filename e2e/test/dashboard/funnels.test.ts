import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, expectNoSideScroll, june, juneInAddress, phone, shopEvents, soon } from './behaviour-shop.js';
import { type Dashboard, openDashboard } from './open-dashboard.js';

const page = (path: string) => [
  ['is', 'event_type', ['view']],
  ['is', 'path', [path]],
];
const signup = {
  steps: [
    { name: 'Front', filters: page('/') },
    { name: 'Prices', filters: page('/prices') },
    { name: 'Signed up', filters: [['is', 'event_type', ['signup']]] },
  ],
};
const addressOf = (shape: object, more = '') =>
  `/shop/funnels?${juneInAddress}${more}&shape=${encodeURIComponent(JSON.stringify(shape))}`;

/** Names of the steps with their figures, once they are shown. */
async function steps(shown: Page): Promise<string[][]> {
  await shown.locator('[aria-busy="false"] > .funnel').waitFor();
  return shown
    .locator('.funnel > li')
    .evaluateAll((all) => all.map((step) => [...step.querySelectorAll('h3, dd')].map((text) => text.textContent!)));
}

describe.runIf(hasChromium())('the funnels page', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard();
    await dashboard.store(shopEvents);
  });
  afterAll(() => dashboard.stop());

  const expected = [
    ['Front', '5', '100%'],
    ['Prices', '3', '60%', '2 (40%)', '1m 20s', '1m 52s'],
    ['Signed up', '2', '40%', '1 (33.3%)', '3m 0s', '3m 48s'],
  ];

  it("shows the API's answer, and follows the filters of the page", async () => {
    const { page: shown, problems } = await dashboard.open(addressOf(signup, '&f=is,country,DE'));
    const answer = await dashboard.ask<{ steps: { name: string; users: number; dropoff: number }[] }>('/funnel', {
      ...{ ...june, ...signup, filters: [['is', 'country', ['DE']]] },
    });
    expect(answer.steps.map(({ users }) => users)).toEqual([4, 3, 2]);
    const drawn = await steps(shown);
    expect(drawn.map(([name, users]) => [name, users])).toEqual(
      answer.steps.map(({ name, users }) => [name, String(users)]),
    );
    await shown.getByRole('button', { name: /Remove filter/ }).click();
    await soon(() => steps(shown)).toEqual(expected);
    await shown.getByRole('button', { name: 'Lost' }).first().hover();
    await shown.getByRole('tooltip').getByText('reached the previous step but not this one').waitFor();
    expect(problems).toEqual([]);
  });

  it('says when an answer cannot be drawn, keeps the rest of the page, and draws the next one', async () => {
    const { page: shown } = await dashboard.open('about:blank');
    let isBroken = true;
    await shown.route('**/api/v1/funnel', (route) =>
      isBroken
        ? route.fulfill({ json: { steps: [], meta: { source: 'raw' }, query: { timezone: 'UTC' } } })
        : route.fallback(),
    );
    await shown.goto(addressOf(signup));
    await shown.getByRole('alert').getByText('This part of the page failed').waitFor();
    expect(await shown.getByLabel('Step 1: name').inputValue()).toBe('Front');
    isBroken = false;
    await shown.getByRole('button', { name: 'Try again' }).click();
    await soon(() => steps(shown)).toEqual(expected);
  });

  it('is built step by step, and its link shows the same to another user', async () => {
    const { page: shown, problems } = await dashboard.open(`/shop/funnels?${juneInAddress}`);
    await shown.getByText('for each step to see the result').waitFor();
    await shown.getByLabel('Step 1: Page').fill('/');
    await shown.getByLabel('Step 2: Page').fill('/prices');
    await shown.getByRole('button', { name: 'Add a step' }).click();
    await shown.getByLabel('Step 3: type').selectOption('event');
    await shown.getByLabel('Step 3: Event').fill('signup');
    await shown.getByLabel('Step 3: Event').press('Enter');
    const unnamed = expected.map(([, ...figures], at) => [['/', '/prices', 'signup'][at], ...figures]);
    await soon(() => steps(shown)).toEqual(unnamed);
    await shown.getByText('2 of 5 visitors got from “/” to “signup”: 40%.').waitFor();
    const { page: other } = await dashboard.open(shown.url());
    expect(await steps(other)).toEqual(unnamed);
    await other.getByRole('button', { name: 'Step 2: Remove' }).click();
    await soon(async () => (await steps(other)).length).toBe(2);
    await other.goBack();
    await soon(() => steps(other)).toEqual(unnamed);
    expect(problems).toEqual([]);
  });

  it('can be saved, found again, renamed and deleted', async () => {
    const { page: shown, problems } = await dashboard.open(addressOf(signup));
    await shown.getByLabel('Name', { exact: true }).fill('Way to the signup');
    await shown.getByRole('button', { name: 'Save funnel' }).click();
    await shown.getByRole('link', { name: 'Way to the signup' }).waitFor();
    await shown.goto(`/shop/funnels?${juneInAddress}`);
    await shown.getByRole('link', { name: 'Way to the signup' }).click();
    expect(await steps(shown)).toEqual(expected);
    expect(new URL(shown.url()).searchParams.has('shape')).toBe(false);
    await shown.getByLabel('Name', { exact: true }).fill('Signups');
    await shown.getByRole('button', { name: 'Save changes' }).click();
    await shown.getByRole('link', { name: 'Signups', exact: true }).waitFor();
    await shown.getByRole('button', { name: 'Delete: Signups' }).click();
    await shown.getByRole('button', { name: 'Confirm, cannot be undone: Signups' }).click();
    await soon(() => shown.locator('.saved a').allTextContents()).toEqual(['New funnel']);
    expect(await dashboard.ask('/sites/shop/saved-views?kind=funnel')).toEqual({ saved_views: [] });
    expect(problems).toEqual([]);
  });

  it('is broken down by a dimension, and a click on a value filters by it', async () => {
    const { page: shown, problems } = await dashboard.open(addressOf({ ...signup, breakdown: 'country' }));
    await shown.locator('.figures-table').waitFor();
    expect(await cellsOf(shown, '.figures-table')).toEqual([
      ['Germany', '4', '3 75%', '2 50%'],
      ['France', '1', '0 0%', '0 0%'],
    ]);
    await shown.getByRole('button', { name: 'France' }).click();
    await shown.getByText('Country is France').waitFor();
    await soon(async () => (await steps(shown)).map(([, users]) => users)).toEqual(['1', '0', '0']);
    expect(problems).toEqual([]);
  });

  it('shows a refusal by the API, and continues once the input is corrected', async () => {
    const { page: shown } = await dashboard.open(addressOf({ ...signup, window: '91d' }));
    await shown.getByRole('alert').getByText('must be a number followed by m, h or d').waitFor();
    await shown.getByLabel('Time unit').selectOption('h');
    await soon(() => steps(shown)).toEqual(expected);
  });

  it('fits on a phone', async () => {
    const { page: shown } = await dashboard.open(addressOf({ ...signup, breakdown: 'country' }), phone);
    expect(await steps(shown)).toEqual(expected);
    await expectNoSideScroll(shown);
    await shown.getByRole('link', { name: 'Settings' }).click();
    await shown.getByRole('heading', { name: 'Goals' }).waitFor();
    await expectNoSideScroll(shown);
  });
});
