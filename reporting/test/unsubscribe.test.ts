/** The link in a mail by which its recipient gets no more of them. */
import { createKeyRing } from '@millrace/shared/access/key-ring';
import { createMetrics } from '@millrace/shared/metrics';
import { createTestDatabase, silent, type TestDatabase } from '@millrace/shared/testing/database';
import { headerOf, type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildApp } from '../src/app.js';
import { deliverReport } from '../src/delivery/deliver-report.js';
import { resendReport } from '../src/delivery/resend-report.js';
import { createGate } from '../src/query/heavy-queries.js';
import { deliveryDeps, insertReport, ledgerOf } from './delivered-reports.js';
import { exportsOn } from './export-stack.js';

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
  await database.pool.query(
    `insert into report_templates (id, name, schedule, cron, period_type, dataset, format, recipients)
     values ('weekly', 'Weekly <growth>', 'weekly', '0 9 * * 1', 'week', 'timeseries', 'csv', $1)`,
    [JSON.stringify([anna, bob])],
  );
});

/** Whoever has no key; everything else of the service needs one. */
function app() {
  const { pool } = database;
  const gate = createGate({ atOnce: 1, maxWaiting: 1, waitMs: 1_000 });
  const keys = createKeyRing(pool, silent);
  const { links } = deliveryDeps(database, undefined);
  const health = { isClosing: () => false, health: {}, logger: silent, metrics: createMetrics() };
  return request(buildApp({ ...health, pool, writePool: pool, gate, keys, exports: exportsOn(pool, { links }) }));
}

/** The path of the link in the mail that Anna gets about a new report. */
async function linkOf(reportId: string): Promise<string> {
  await deliverReport(deliveryDeps(database, mail.url), 'demo', reportId);
  const toAnna = mail.received.find(({ to }) => to[0] === 'Anna@example.org')!;
  const url = new URL(headerOf(toAnna, 'List-Unsubscribe')!.slice(1, -1));
  expect(url.origin).toBe('https://stats.example.org');
  return url.pathname + url.search;
}

const recipients = async () =>
  (await database.pool.query('select recipients from report_templates')).rows[0].recipients;

it('asks first, then ends the mails of one recipient without a key, also those of reports that were written before', async () => {
  const id = await insertReport(database, { recipients: [anna, bob] });
  const link = await linkOf(id);
  const { text, headers } = await app().get(link).expect(200);
  expect(text).toContain('anna@example.org gets the report “Weekly &lt;growth&gt;” by mail.');
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(await recipients()).toEqual([anna, bob]);

  const done = await app().post(link).type('form').send('List-Unsubscribe=One-Click').expect(200);
  expect(done.text).toContain('anna@example.org gets no more mails of the report “Weekly &lt;growth&gt;”.');
  expect(await recipients()).toEqual([bob]);
  expect(done.text).toContain('<h1>Unsubscribed</h1>');
  expect(done.text).toContain('To get them again, ask whoever runs Millrace');
  for (const again of [await app().get(link).expect(200), await app().post(link).expect(200)]) {
    expect(again.text).toContain('<h1>Unsubscribed already</h1>');
    expect(again.text).toContain('anna@example.org gets no more mails of the report “Weekly &lt;growth&gt;”.');
    expect(again.text).not.toContain('<form');
  }
  expect(await recipients()).toEqual([bob]);

  mail.received.length = 0;
  await resendReport(deliveryDeps(database, mail.url), 'demo', id);
  expect(mail.received.map(({ to }) => to[0])).toEqual(['bob@example.org']);
  expect(await ledgerOf(database, id)).toMatchObject([
    { recipient: 'anna@example.org', status: 'skipped', error: 'The recipient unsubscribed.' },
    { recipient: 'bob@example.org', status: 'sent' },
  ]);
});

it('lets somebody who was made a recipient again get mail again', async () => {
  const link = await linkOf(await insertReport(database, { recipients: [anna] }));
  await app().post(link).expect(200);
  await database.pool.query('update report_templates set recipients = $1', [JSON.stringify([anna])]);
  // Its old link is of use again.
  expect((await app().get(link).expect(200)).text).toContain('<form');
  const next = await insertReport(database, { recipients: [anna] });
  expect(await deliverReport(deliveryDeps(database, mail.url), 'demo', next)).toMatchObject({ sent: 1 });
});

it('works for a template that is deleted, and for none but its own recipient and template', async () => {
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
  for (const { text } of [await app().get(link).expect(200), await app().post(link).expect(200)]) {
    expect(text).toContain('was ended for everybody');
    expect(text).not.toContain('<form');
  }
});
