/** Login, session and logout with READ_AUTH=key. */
import { createKey, type NewKey } from '@millrace/shared/access/keys';
import { hasChromium } from '@millrace/shared/testing/chromium';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';

const june = '/shop?range=2026-06-01%2C2026-06-03&compare=off&f=is%2Ccountry%2CDE';

describe.runIf(hasChromium())('logging in', () => {
  let dashboard: Dashboard;
  let reader: string;
  beforeAll(async () => {
    dashboard = await openDashboard({ READ_AUTH: 'key' });
    await dashboard.store([
      { timestamp: '2026-06-01T10:00:00Z', user_id: 'ada', country: 'DE' },
      { timestamp: '2026-06-02T09:00:00Z', user_id: 'bob', country: 'FR' },
      { site_id: 'other', timestamp: '2026-06-02T09:00:00Z' },
    ]);
    reader = await keyOf({ name: 'Rosa', scopes: ['read'] });
  });
  afterAll(() => dashboard.stop());

  const keyOf = async (newKey: NewKey) => (await createKey(dashboard.database.pool, newKey)).key;

  const open = async (path: string): Promise<Page> => (await dashboard.open(path)).page;

  async function logIn(page: Page, key: string): Promise<void> {
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  it('says what is wrong with a key and how to create one, and shows the requested page with a valid one', async () => {
    const page = await open(june);
    await page.getByText('npm run keys -- create --name NAME --scope read').waitFor();
    await logIn(page, 'mr_wrong');
    await page.getByRole('alert').getByText('Invalid key').waitFor();
    await logIn(page, ` ${reader}\n`);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    const { pathname, search } = new URL(page.url());
    expect(pathname + search).toBe(june);
    await page.reload();
    expect(await figures(page)).toMatchObject({ Visitors: '1' });
    await page.close();
  });

  it('says that an ingestion key cannot read', async () => {
    const page = await open('/shop');
    await logIn(page, await keyOf({ name: 'shop', scopes: ['write'] }));
    await page.getByRole('alert').getByText('scope "read"').waitFor();
    await page.close();
  });

  it('leads a site key to its site, and to no other', async () => {
    const page = await open('/');
    await logIn(page, await keyOf({ name: 'Olga', scopes: ['read'], siteId: 'other' }));
    await page.waitForURL('**/other');
    await page.getByRole('heading', { name: 'other' }).waitFor();
    await page.goto('/shop');
    await page.getByRole('link', { name: 'Go to other' }).click();
    await page.waitForURL('**/other');
    await page.goto('/operator');
    await page.getByText('for administrators of all sites').waitFor();
    await page.close();
  });

  it('returns to the login when the session expires, and from there to the same view', async () => {
    const page = await open(june);
    await logIn(page, reader);
    await figures(page);
    await dashboard.database.pool.query('delete from sessions');
    await page.getByRole('button', { name: 'Views per visit' }).click();
    await page.getByText('Your session has ended').waitFor();
    await logIn(page, reader);
    await page.getByRole('button', { name: 'Views per visit', pressed: true }).waitFor();
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    expect(new URL(page.url()).searchParams.get('f')).toBe('is,country,DE');
    await page.close();
  });

  it("says when the browser stores no cookie, as in another site's frame", async () => {
    const page = await open(june);
    await page.route('**/api/v1/session', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      const response = await route.fetch();
      await page.context().clearCookies();
      await route.fulfill({ status: response.status(), body: await response.body() });
    });
    await logIn(page, reader);
    await page.getByRole('alert').getByText('The browser did not store the login').waitFor();
    await page.close();
  });

  it('is not undone by a late refusal', async () => {
    const page = await open(june);
    await logIn(page, reader);
    await figures(page);
    const error = { code: 'unauthorized', message: 'of an earlier session' };
    await page.route('**/api/v1/query/batch', (route) => route.fulfill({ status: 401, json: { error } }));
    const checked = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/session'));
    await page.getByRole('button', { name: 'Views per visit' }).click();
    expect((await checked).status()).toBe(200);
    await page.unroute('**/api/v1/query/batch');
    await page.getByRole('button', { name: 'Bounce rate' }).click();
    await page.getByRole('button', { name: 'Bounce rate', pressed: true }).waitFor();
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    await page.close();
  });

  it('ends by logging out, after which Back shows nothing', async () => {
    const page = await open(june);
    await logIn(page, reader);
    await figures(page);
    await page.getByRole('button', { name: 'Theme and language' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${dashboard.url}/`);
    await page.getByLabel('Key').waitFor();
    await page.goBack();
    await page.getByLabel('Key').waitFor();
    expect(await page.locator('.figures').count()).toBe(0);
    await page.close();
  });

  it('says how long to wait after too many attempts', async () => {
    const page = await open(june);
    const statuses = await page.evaluate(async () => {
      const guess = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"key":"mr_guess"}' };
      const answers = Array.from({ length: 10 }, () => fetch('/api/v1/session', guess));
      return (await Promise.all(answers)).map(({ status }) => status);
    });
    // The tests before have already used some of the attempts of this minute.
    expect(statuses).toContain(401);
    await logIn(page, reader);
    await page.getByRole('alert').getByText('Too many attempts').waitFor();
    expect(await page.getByText(/^Try again in \d+ s\.$/).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Log in' }).isDisabled()).toBe(true);
    await page.close();
  });
});
