import { hasChromium, launchChromium, openPage } from '@millrace/shared/testing/chromium';
import { spawnService } from '@millrace/shared/testing/spawn-service';
import { eventsStored, type Stack, startStack } from '@millrace/shared/testing/stack';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, openDashboard } from './open-dashboard.js';
import { figures } from './read-page.js';

const lines = (page: Page) => page.locator('.empty-site pre').allInnerTexts();
const isWaiting = (page: Page) => page.getByText('Waiting for the first event').waitFor();

describe.runIf(hasChromium())('a site without events', () => {
  let dashboard: Dashboard;
  beforeAll(async () => {
    dashboard = await openDashboard({ INGESTION_URL: 'https://events.example.org/' });
  });
  afterAll(() => dashboard.stop());

  it("shows how to send the first event, with the site's own name, and switches to figures by itself", async () => {
    const { page, problems } = await dashboard.open('/brand-new-site?range=day');
    await isWaiting(page);
    expect((await lines(page)).slice(0, 2)).toEqual([
      '<script defer src="https://events.example.org/m.js" data-site="brand-new-site"></script>',
      `curl -X POST https://events.example.org/event -H 'content-type: application/json' -d '{"site_id":"brand-new-site","event_type":"view","path":"/","user_id":"me"}'`,
    ]);
    await dashboard.store([{ site_id: 'brand-new-site' }]);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    expect(problems).toEqual([]);
    await page.close();
  });

  it('also switches for past events, which the live stream does not report', async () => {
    const { page } = await dashboard.open('/imported?range=2026-06-01,2026-06-01&compare=off');
    await isWaiting(page);
    await dashboard.store([{ site_id: 'imported', timestamp: '2026-06-01T10:00:00Z' }]);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    await page.close();
  });

  it('checks for events only after the previous check was answered', async () => {
    const { page } = await dashboard.open('/');
    let checks = 0;
    await page.route('**/api/v1/query', () => {
      checks += 1;
    });
    await page.clock.install();
    await page.goto('/slow');
    await isWaiting(page);
    await page.clock.runFor(10_000);
    await expect.poll(() => checks).toBe(1);
    await page.clock.runFor(10_000);
    expect(checks).toBe(1);
    await page.close();
  });

  it('appears for a site added by hand, but not when only the range has no events', async () => {
    await fetch(`${dashboard.url}/api/v1/sites/by-hand`, { method: 'PUT' });
    const byHand = await dashboard.open('/by-hand');
    await isWaiting(byHand.page);
    await dashboard.store([{ site_id: 'quiet', timestamp: '2026-06-01T10:00:00Z' }]);
    await byHand.page.getByRole('link', { name: 'Millrace' }).click();
    await byHand.page.getByRole('link', { name: 'quiet' }).click();
    expect(await figures(byHand.page)).toMatchObject({ Visitors: '0' });
    await byHand.page.goBack();
    await byHand.page.getByRole('link', { name: 'by-hand' }).click();
    await isWaiting(byHand.page);
    await byHand.page.close();
    const quiet = await dashboard.open('/quiet?range=2026-06-02,2026-06-02&compare=off');
    expect(await figures(quiet.page)).toMatchObject({ Visitors: '0', Views: '0' });
    await quiet.page.close();
  });
});

describe.runIf(hasChromium())('the first visit', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());

  it('leads from an empty page to the first figure with the command that it shows', async () => {
    const reporting = await spawnService('reporting', { ...stack.env, INGESTION_URL: stack.ingestionUrl });
    const browser = await launchChromium();
    const { page } = await openPage(browser, reporting.url);
    await page.goto('/first?range=day');
    await isWaiting(page);
    const [, curl = ''] = await lines(page);
    const [, url = '', body = ''] = /curl -X POST (\S+) .*-d '(.*)'$/s.exec(curl) ?? [];
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await answer.json()).toEqual({ status: 'ok' });
    await eventsStored(stack.database, 1);
    expect(await figures(page)).toMatchObject({ Visitors: '1', Views: '1' });
    await browser.close();
    await reporting.end();
  });
});
