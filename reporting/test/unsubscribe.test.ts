/** The unsubscribe link in a mail. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createTelemetry } from '@millrace/shared/platform/telemetry';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { headerOf, type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { deliverReport } from '../src/delivery/deliver-report.js';
import { resendReport } from '../src/delivery/resend-report.js';
import { createGate } from '../src/reading/gate.js';
import { deleteTemplate, updateTemplate } from '../src/reports/templates/template-rows.js';
import { deliveryDeps, insertReport, ledgerOf } from './delivered-reports.js';
import { exportsOn } from './export-stack.js';
import { openReportsApi } from './reports/reports-api.js';

let database: TestDatabase;
let mail: MailReceiver;
beforeAll(async () => {
  database = await createTestDatabase();
  mail = await receiveMail();
});
afterAll(async () => {
  await mail.close();
  await database.drop();
});

const anna = { address: 'Anna@example.org', name: 'Anna' };
const bob = { address: 'bob@example.org' };

beforeEach(async () => {
  mail.received.length = 0;
  await database.pool.query('delete from report_templates');
  await database.pool.query('delete from report_unsubscribes');
  await database.pool.query('delete from reports');
  await database.pool.query(
    `insert into report_templates (id, name, schedule, cron, period_type, dataset, format, recipients)
     values ('weekly', 'Weekly <growth>', 'weekly', '0 9 * * 1', 'week', 'timeseries', 'csv', $1)`,
    [JSON.stringify([anna, bob])],
  );
});

/** Requests without a key; all other routes require one. */
function app() {
  const { pool } = database;
  const gate = createGate({ maxConcurrent: 1, maxWaiting: 1, maxWaitMs: 1_000 });
  const keys = createKeyRing(pool, silent);
  const { links } = deliveryDeps(database, undefined);
  const health = { isClosing: () => false, health: {}, logger: silent, telemetry: createTelemetry() };
  return request(buildApp({ ...health, pool, writePool: pool, gate, keys, exports: exportsOn(pool, { links }) }));
}

/** The path of the link in the mail about a new report that Anna gets. */
async function linkOf(reportId: string): Promise<string> {
  await deliverReport(deliveryDeps(database, mail.url), 'demo', reportId);
  const toAnna = mail.received.find(({ to }) => to[0] === 'Anna@example.org')!;
  const url = new URL(headerOf(toAnna, 'List-Unsubscribe')!.slice(1, -1));
  expect(url.origin).toBe('https://stats.example.org');
  return url.pathname + url.search;
}

const recipients = async () =>
  (await database.pool.query('select recipients from report_templates')).rows[0].recipients;

const makeRecipients = (recipients: { address: string }[]) =>
  updateTemplate(database.pool, 'weekly', null, (before) => ({ ...before, recipients }));

/** The recipients of a report that is resent to all. */
async function resentTo(reportId: string): Promise<(string | undefined)[]> {
  mail.received.length = 0;
  await resendReport(deliveryDeps(database, mail.url), 'demo', reportId);
  return mail.received.map(({ to }) => to[0]).sort();
}

it('asks for confirmation, then ends the mails of one recipient without a key, including those of earlier reports', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  const link = await linkOf(id);
  const { text, headers } = await app().get(link).expect(200);
  expect(text).toContain('anna@example.org gets the report “Weekly &lt;growth&gt;” by mail.');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(await recipients()).toEqual([anna, bob]);

  const done = await app().post(link).type('form').send('List-Unsubscribe=One-Click').expect(200);
  expect(done.text).toContain('anna@example.org will get no more mails with the report “Weekly &lt;growth&gt;”.');
  expect(await recipients()).toEqual([bob]);
  expect(done.text).toContain('<h1>Unsubscribed</h1>');
  expect(done.text).toContain('To get them again, ask your Millrace administrator');
  for (const again of [await app().get(link).expect(200), await app().post(link).expect(200)]) {
    expect(again.text).toContain('<h1>Already unsubscribed</h1>');
    expect(again.text).toContain('anna@example.org will get no more mails with the report “Weekly &lt;growth&gt;”.');
    expect(again.text).not.toContain('<form');
  }
  expect(await recipients()).toEqual([bob]);

  expect(await resentTo(id)).toEqual(['bob@example.org']);
  expect(await ledgerOf(database, id)).toMatchObject([
    { recipient: 'anna@example.org', status: 'skipped', error: 'The recipient unsubscribed.' },
    { recipient: 'bob@example.org', status: 'sent' },
  ]);
});

it('sends mails again to someone who was added again as a recipient', async () => {
  const link = await linkOf(await insertReport(database, { recipients: [anna] }));
  await app().post(link).expect(200);
  await makeRecipients([anna]);
  // Their old link works again.
  expect((await app().get(link).expect(200)).text).toContain('<form');
  const next = await insertReport(database, { recipients: [anna] });
  expect(await deliverReport(deliveryDeps(database, mail.url), 'demo', next)).toMatchObject({ sent: 1 });
});

it('still applies when the template is deleted', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  await app()
    .post(await linkOf(id))
    .expect(200);
  await deleteTemplate(database.pool, 'weekly', null);
  expect(await resentTo(id)).toEqual(['bob@example.org']);
});

it('still ends the mails of reports that may be resent after the template is deleted', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  const link = await linkOf(id);
  await deleteTemplate(database.pool, 'weekly', null);
  expect(await resentTo(id)).toEqual(['Anna@example.org', 'bob@example.org']);
  const { text } = await app().get(link).expect(200);
  expect(text).toContain('anna@example.org gets no new mails with the report “Weekly growth”');
  expect(text).toContain('<form');
  expect((await app().post(link).expect(200)).text).toContain('<h1>Unsubscribed</h1>');
  expect(await resentTo(id)).toEqual(['bob@example.org']);
  expect((await app().get(link).expect(200)).text).toContain('<h1>Already unsubscribed</h1>');
  // It is erased with the only site that has reports of the template.
  const { rows } = await database.pool.query('select address, site_id from report_unsubscribes');
  expect(rows).toEqual([{ address: 'anna@example.org', site_id: 'demo' }]);
});

it('tells a removed recipient that old reports may still be sent, and ends those', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  const link = await linkOf(id);
  await makeRecipients([bob]);
  const { text } = await app().get(link).expect(200);
  expect(text).toContain('anna@example.org gets no new mails with the report “Weekly &lt;growth&gt;”');
  await app().post(link).expect(200);
  expect(await resentTo(id)).toEqual(['bob@example.org']);
});

it('is respected by a resend, whose response lists who unsubscribed, for all recipients and for some', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  await app()
    .post(await linkOf(id))
    .expect(200);
  const api = await openReportsApi(database);
  const resend = (body?: object) => api.call('post', `/reports/${id}/resend`).send(body).expect(202);
  expect((await resend()).body).toEqual({ id, status: 'pending', recipients: 1, skipped: ['anna@example.org'] });
  const some = { recipients: ['ANNA@example.org', 'carl@example.org', 'bob@example.org'] };
  expect((await resend(some)).body).toMatchObject({ recipients: 2, skipped: ['anna@example.org'] });
  expect((await resend({ recipients: ['anna@example.org'] })).body).toMatchObject({ recipients: 0 });
  const withoutRecipients = await insertReport(database, { recipients: [] });
  await deliverReport(deliveryDeps(database, mail.url), 'demo', withoutRecipients);
  const { body } = await api.call('post', `/reports/${withoutRecipients}/resend`).expect(202);
  await api.close();
  expect(body).toMatchObject({ recipients: 0, skipped: [] });
});

it('works for a template that is gone with its reports, but only for its own recipient and template', async () => {
  const link = await linkOf(await insertReport(database, { recipients: [anna, bob] }));
  const forgeries = [
    link.replace('anna%40', 'bob%40'),
    link.replace('/weekly/', '/monthly/'),
    link.replace(/expires=\d/, 'expires=9'),
    link.replace(/signature=./, (text) => (text.endsWith('A') ? 'signature=B' : 'signature=A')),
    link.replace(/&signature=.*/, ''),
    link.replace('?', '?signature=x&'),
    link.replace(/signature=.*/, 'signature='),
  ];
  for (const forgery of forgeries) {
    const { body } = await app().post(forgery).expect(403);
    expect(body.error.code).toBe('forbidden');
    await app().get(forgery).expect(403);
  }
  expect(await recipients()).toEqual([anna, bob]);
  await database.pool.query('delete from report_templates');
  await database.pool.query('delete from reports');
  for (const { text } of [await app().get(link).expect(200), await app().post(link).expect(200)]) {
    expect(text).toContain('has been deleted');
    expect(text).not.toContain('<form');
  }
});
