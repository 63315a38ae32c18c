import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hasChromium, hostName, launchChromium, openPage } from '@millrace/shared/testing/chromium';
import { queueBackends } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminService, addFailedJob, auditRows, startAdminService } from './admin-service.js';

describe.skipIf(!hasChromium())('in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function logIn(page: Page, key: string): Promise<void> {
    await page.goto('/admin/queues');
    await page.getByLabel('Admin key').fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  describe.each(queueBackends)('on %s', (backend) => {
    let service: AdminService;
    beforeAll(async () => {
      service = await startAdminService({ backend });
    });
    afterAll(() => service.stop());

    it('logs in, shows every queue, retries a failed job and logs out, without errors', async () => {
      const queue = service.queues.get('cleanup')!;
      await addFailedJob(service, 'broken');
      const { page, problems } = await openPage(browser, service.url);

      await logIn(page, 'mr_wrong');
      expect(await page.getByRole('alert').textContent()).toContain('This key is unknown');
      expect(problems.splice(0)).toEqual([expect.stringContaining('401')]);

      await logIn(page, service.keys.admin.key);
      for (const name of service.queues.names) await page.getByRole('link', { name }).first().waitFor();

      await page.getByRole('link', { name: 'cleanup' }).first().click();
      await page.getByRole('link', { name: 'failed' }).click();
      await page.getByText('Error: The disk is full.').waitFor();
      await page.locator('[class^=jobActions] button:has(.lucide-refresh-cw)').click();
      await page.getByRole('button', { name: 'Confirm' }).click();
      await eventually(async () => (await (await queue.getJob('broken'))?.getState()) === 'waiting', 'it waits again');
      await page.getByText('Error: The disk is full.').waitFor({ state: 'detached' });

      await page.goto('/admin/queues/queue/cleanup/broken');
      await page.getByText('"old_logs"').waitFor();
      await page.locator('header button').last().click();
      await page.getByText('Log out').click();
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByLabel('Admin key').waitFor();
      await page.goto('/admin/queues');
      expect(page.url()).toBe(`${service.url}/admin/login`);

      expect(problems).toEqual([]);
      expect(await auditRows(service)).toEqual([
        { key_name: 'Ada', action: 'session.start', target: '/admin', details: null },
        { key_name: 'Ada', action: 'job.retry', target: 'cleanup/broken', details: {} },
      ]);
      await page.context().close();
    });
  });

  it('works over plain HTTP at a host name, where browsers do not send Sec-Fetch-Site', async () => {
    const service = await startAdminService();
    const { page, problems } = await openPage(browser, service.url.replace('127.0.0.1', hostName));
    const [login] = await Promise.all([
      page.waitForRequest((each) => each.method() === 'POST'),
      logIn(page, service.keys.admin.key),
    ]);
    expect((await login.allHeaders())['sec-fetch-site']).toBeUndefined();
    await page.getByRole('link', { name: 'cleanup' }).first().click();
    await page.locator('button:has(.lucide-ellipsis-vertical)').last().click();
    await page.getByText('Pause').click();
    await page.getByRole('button', { name: 'Confirm' }).click();
    await eventually(() => service.queues.get('cleanup')!.isPaused(), 'the queue is paused');
    expect(problems).toEqual([]);
    await page.context().close();
    await service.stop();
  });

  it('does not let a page on another port use the session, although the browser sends the cookie', async () => {
    const service = await startAdminService();
    const { page } = await openPage(browser, service.url);
    await logIn(page, service.keys.admin.key);
    await page.waitForURL('**/admin/queues');
    const form = (path: string) =>
      `<form method="post" action="${service.url}${path}"><input name="name" value="clean"><button>Win</button></form>`;
    let action = '/admin/queues/api/queues/cleanup/add';
    const evil = createServer((_req, res) => res.setHeader('content-type', 'text/html').end(form(action)));
    await once(evil.listen(0, '127.0.0.1'), 'listening');
    const evilUrl = `http://127.0.0.1:${(evil.address() as AddressInfo).port}/`;
    const submit = async () => {
      await page.goto(evilUrl);
      const [request] = await Promise.all([
        page.waitForRequest((each) => each.method() === 'POST'),
        page.getByRole('button').click(),
      ]);
      const response = await request.response();
      return { status: response?.status(), cookie: (await request.allHeaders()).cookie };
    };
    expect(await submit()).toEqual({ status: 403, cookie: expect.stringContaining('millrace_session=') });
    action = '/admin/logout';
    expect((await submit()).status).toBe(403);
    await page.goto('/admin/queues');
    expect(page.url()).toBe(`${service.url}/admin/queues`);
    await page.context().close();
    evil.closeAllConnections();
    evil.close();
    await service.stop();
  });
});
