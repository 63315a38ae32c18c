/** Reports mailed through a real mail server that fails in all the usual ways. */
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { createTestDatabase, type TestDatabase } from '@millrace/shared/testing/database';
import { headerOf, type MailReceiver, readable, receiveMail } from '@millrace/shared/testing/mail-receiver';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliverReport } from '../src/delivery/deliver-report.js';
import { requestResend, resendReport } from '../src/delivery/resend-report.js';
import { deliveryDeps, fileText, insertReport, ledgerOf, shortTimeouts } from './delivered-reports.js';

let database: TestDatabase;
let mail: MailReceiver;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  mail = await receiveMail();
});
afterEach(() => mail.close());

const deps = () => deliveryDeps(database, mail.url);
const deliver = (id: string) => deliverReport(deps(), 'demo', id);
const deliverWithShortTimeouts = (id: string) =>
  deliverReport(deliveryDeps(database, mail.url, shortTimeouts), 'demo', id);
const notYet = /is not fully delivered/;
const three = ['one@example.org', 'three@example.org', 'two@example.org'].map((address) => ({ address }));
const receivers = () => mail.received.map(({ to }) => to.join()).sort();
const idsOf = (address: string) =>
  mail.received.filter(({ to }) => to.includes(address)).map((received) => headerOf(received, 'Message-ID'));
const statuses = async (id: string) => (await ledgerOf(database, id)).map(({ status, attempts }) => [status, attempts]);

describe('a report', () => {
  it('is mailed with figures and file to each recipient separately, once however often it is delivered', async () => {
    const id = await insertReport(database, { recipients: [...three, { address: 'Anna@Example.org', name: 'Anna' }] });
    expect(await deliver(id)).toEqual({ sent: 4, failed: 0, skipped: 0, unknown: 0 });
    expect(await deliver(id)).toEqual({ sent: 4, failed: 0, skipped: 0, unknown: 0 });
    expect(receivers()).toEqual(['Anna@example.org', 'one@example.org', 'three@example.org', 'two@example.org']);
    const toAnna = mail.received.find(({ to }) => to[0] === 'Anna@example.org')!;
    expect(toAnna.from).toBe('reports@millrace.example');
    expect(headerOf(toAnna, 'To')).toBe('Anna <Anna@example.org>');
    expect(headerOf(toAnna, 'From')).toBe('Millrace <reports@millrace.example>');
    expect(headerOf(toAnna, 'Auto-Submitted')).toBe('auto-generated');
    expect(headerOf(toAnna, 'Message-ID')).toMatch(new RegExp(`^<${id}\\.[0-9a-f]{16}@millrace\\.example>$`));
    expect(headerOf(toAnna, 'List-Unsubscribe')).toMatch(
      /^<https:\/\/stats\.example\.org\/api\/v1\/report-templates\/weekly\/unsubscribe\/anna%40example\.org\?expires=\d+&signature=[\w-]{43}>$/,
    );
    expect(headerOf(toAnna, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click');
    expect(Date.parse(headerOf(toAnna, 'Date')!)).not.toBeNaN();
    expect(toAnna.text).toContain('filename=weekly-growth_demo_2026-11-16_2026-11-22.csv');
    expect(toAnna.text).toContain(Buffer.from(fileText).toString('base64'));
    for (const { address } of three) expect(toAnna.text).not.toContain(address);
    expect(await ledgerOf(database, id)).toContainEqual({
      ...{ kind: 'email', recipient: 'anna@example.org' },
      ...{ status: 'sent', attempts: 1, error: null },
    });
  });

  it('is not sent without recipients, without a mail server or before it is written, and the ledger says why', async () => {
    const alone = await insertReport(database, { recipients: [] });
    expect(await deliver(alone)).toEqual({ sent: 0, failed: 0, skipped: 1, unknown: 0 });
    expect(await ledgerOf(database, alone)).toMatchObject([
      { recipient: '', status: 'skipped', attempts: 0, error: 'The report has no recipients.' },
    ]);
    const unsent = await insertReport(database);
    const withoutSmtp = deliveryDeps(database, undefined);
    expect(await deliverReport(withoutSmtp, 'demo', unsent)).toMatchObject({ sent: 0, skipped: 1 });
    expect(await ledgerOf(database, unsent)).toMatchObject([
      { recipient: 'anna@example.org', status: 'skipped', error: expect.stringMatching(/^SMTP_URL is not set/) },
    ]);
    expect(await resendReport(deps(), 'demo', unsent)).toMatchObject({ sent: 1, skipped: 0 });
    await expect(deliver(await insertReport(database, { status: 'generating' }))).rejects.toThrow('it is generating');
    await expect(deliver('0190a5b0-7c3d-8000-a000-000000000000')).rejects.toThrow('There is no report with this id.');
  });
});

describe('a mail server', () => {
  it('that refuses one of three recipients permanently does not affect the others', async () => {
    mail.refusals.set('three@example.org', [550]);
    const id = await insertReport(database, { recipients: three });
    expect(await deliver(id)).toEqual({ sent: 2, failed: 1, skipped: 0, unknown: 0 });
    expect(await deliver(id)).toEqual({ sent: 2, failed: 1, skipped: 0, unknown: 0 });
    expect(receivers()).toEqual(['one@example.org', 'two@example.org']);
    const [, refused] = await ledgerOf(database, id);
    expect(refused).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: expect.stringContaining('550 refused by the test'),
    });
  });

  it('that defers one recipient gets that mail again, and no other', async () => {
    mail.refusals.set('three@example.org', [450]);
    mail.answers.push(451);
    const id = await insertReport(database, { recipients: three });
    await expect(deliver(id)).rejects.toThrow(/: 2 will be retried/);
    expect(mail.received).toHaveLength(2);
    expect(await deliver(id)).toEqual({ sent: 3, failed: 0, skipped: 0, unknown: 0 });
    expect(mail.received).toHaveLength(4);
    expect((await statuses(id)).filter(([, attempts]) => attempts === 2)).toHaveLength(2);
  });

  it('that always defers a recipient is given up after eight attempts at the latest', async () => {
    mail.refusals.set(
      'anna@example.org',
      Array.from({ length: 20 }, () => 450),
    );
    const id = await insertReport(database);
    for (let attempt = 1; attempt < 8; attempt += 1) await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await deliver(id)).toMatchObject({ sent: 0, failed: 1 });
    const early = await insertReport(database);
    expect(await deliverReport(deps(), 'demo', early, { lastAttempt: true })).toMatchObject({ failed: 1 });
    expect(await statuses(early)).toEqual([['failed', 1]]);
  });

  it('that is down, or too slow to greet, only costs time', async () => {
    const { port } = new URL(mail.url);
    await mail.close();
    const id = await insertReport(database);
    await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await ledgerOf(database, id)).toMatchObject([
      { status: 'pending', attempts: 1, error: expect.stringContaining('ECONNREFUSED') },
    ]);
    mail = await receiveMail(Number(port));
    let greet = () => {};
    mail.greeting = new Promise((resolve) => {
      greet = resolve;
    });
    await expect(deliverWithShortTimeouts(id)).rejects.toThrow(notYet);
    expect(await statuses(id)).toEqual([['pending', 2]]);
    expect(mail.received).toEqual([]);
    greet();
    expect(await deliver(id)).toMatchObject({ sent: 1 });
    expect(mail.received).toHaveLength(1);
  });

  it('that refuses the sender for every recipient is tried again later', async () => {
    const refusing = createServer((socket) => void socket.end('554 no mail from here\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => refusing.once('listening', resolve));
    const { port } = refusing.address() as { port: number };
    const id = await insertReport(database);
    const refused = deliverReport(deliveryDeps(database, `smtp://127.0.0.1:${port}`), 'demo', id);
    await expect(refused).rejects.toThrow(notYet);
    expect(await ledgerOf(database, id)).toMatchObject([
      { status: 'pending', error: expect.stringContaining('554 no') },
    ]);
    refusing.close();
  });

  it('that drops the connection after receiving the mail gets it once more with the same id, and never again', async () => {
    mail.answers.push('drop', 'drop');
    const id = await insertReport(database);
    await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await ledgerOf(database, id)).toMatchObject([
      { status: 'unknown', attempts: 1, error: expect.stringContaining('did not confirm') },
    ]);
    expect(mail.received).toHaveLength(1);
    expect(await deliver(id)).toEqual({ sent: 0, failed: 0, skipped: 0, unknown: 1 });
    expect(await deliver(id)).toEqual({ sent: 0, failed: 0, skipped: 0, unknown: 1 });
    expect(idsOf('anna@example.org')).toHaveLength(2);
    expect(new Set(idsOf('anna@example.org')).size).toBe(1);
  });

  it('that does not confirm a mail is tried once more, and may then accept it', async () => {
    mail.answers.push('silence');
    const id = await insertReport(database);
    await expect(deliverWithShortTimeouts(id)).rejects.toThrow(notYet);
    expect(await statuses(id)).toEqual([['unknown', 1]]);
    expect(await deliver(id)).toMatchObject({ sent: 1, unknown: 0 });
    expect(new Set(idsOf('anna@example.org')).size).toBe(1);
  });

  it('that answers nonsense to a mail is tried once more, since it may have accepted it', async () => {
    mail.answers.push('nonsense');
    const id = await insertReport(database);
    await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await statuses(id)).toEqual([['unknown', 1]]);
    expect(await deliver(id)).toMatchObject({ sent: 1, unknown: 0 });
    expect(new Set(idsOf('anna@example.org')).size).toBe(1);
  });

  it('may defer a mail that it may already have: that does not count as a third sending', async () => {
    mail.answers.push('drop', 451, 'drop');
    const id = await insertReport(database);
    for (let attempt = 0; attempt < 2; attempt += 1) await expect(deliver(id)).rejects.toThrow(notYet);
    expect(await deliver(id)).toMatchObject({ unknown: 1 });
    expect(await deliver(id)).toMatchObject({ unknown: 1 });
    expect(mail.received).toHaveLength(3);
  });
});

describe('a resent report', () => {
  it('is sent with another id, to all recipients or to given ones, which may be new', async () => {
    const id = await insertReport(database);
    await deliver(id);
    expect(await resendReport(deps(), 'demo', id)).toMatchObject({ sent: 1 });
    expect(await resendReport(deps(), 'demo', id, ['Boss@example.org'])).toMatchObject({ sent: 2 });
    expect(receivers()).toEqual(['anna@example.org', 'anna@example.org', 'boss@example.org']);
    expect(new Set(idsOf('anna@example.org')).size).toBe(2);
    expect(await deliver(id)).toMatchObject({ sent: 2 });
    expect(mail.received).toHaveLength(3);
  });

  it('is not sent to addresses that it was only resent to, if it is resent to all', async () => {
    const id = await insertReport(database, { recipients: [{ address: 'Anna@example.org' }] });
    await deliver(id);
    await resendReport(deps(), 'demo', id, ['boss@example.org']);
    expect(await requestResend(database.pool, 'demo', id)).toEqual({ recipients: 1, skipped: [] });
    await deliver(id);
    expect(receivers()).toEqual(['Anna@example.org', 'Anna@example.org', 'boss@example.org']);
  });

  it('is sent although the last attempt of an earlier delivery gives up at the same time', async () => {
    const id = await insertReport(database, { recipients: [{ address: 'anna@example.org' }] });
    await deliver(id);
    await requestResend(database.pool, 'demo', id, ['bob@example.org']);
    mail.refusals.set('bob@example.org', [450]);
    const openFile = async () => {
      await requestResend(database.pool, 'demo', id, ['anna@example.org']);
      return Readable.from([Buffer.from(fileText)]);
    };
    expect(await deliverReport({ ...deps(), openFile }, 'demo', id, { lastAttempt: true })).toMatchObject({
      failed: 1,
    });
    expect(await deliver(id)).toMatchObject({ sent: 1, failed: 1 });
    expect(idsOf('anna@example.org')).toHaveLength(2);
  });

  it('is not sent to an invalid address, nor a second time while it is being sent', async () => {
    const id = await insertReport(database);
    const resend = requestResend(database.pool, 'demo', id, ['a@example.org\r\nBcc: z@example.org']);
    await expect(resend).rejects.toMatchObject({ code: 'invalid_request' });
    await deliver(id);
    await database.pool.query(`update report_deliveries set status = 'sending' where report_id = $1`, [id]);
    expect(await requestResend(database.pool, 'demo', id)).toEqual({ recipients: 0, skipped: [] });
  });
});

describe('hostile content', () => {
  const hostile = [
    'z@example.org\r\nBcc: y@example.org',
    'a@example.org, y@example.org',
    'A <y@example.org>',
    'nobody',
  ];

  it.each(hostile)('as the address %j adds no recipient', async (address) => {
    const id = await insertReport(database, { recipients: [{ address }] });
    expect(await deliver(id)).toMatchObject({ sent: 0, failed: 1 });
    expect(mail.received).toEqual([]);
    expect(await ledgerOf(database, id)).toMatchObject([{ attempts: 0, error: 'This is not a valid email address.' }]);
  });

  it('in name, title and site adds no header and no recipient, and does not escape its folder', async () => {
    const evil = 'x"\r\nBcc: y@example.org\r\n\r\n../..\u2028<y@example.org>,';
    await database.pool.query('insert into sites (site_id, name) values ($1, $2)', ['evil', evil]);
    const recipients = [{ address: 'anna@example.org', name: evil }];
    const id = await insertReport(database, { site_id: 'evil', title: evil, recipients });
    expect(await deliverReport(deps(), 'evil', id)).toMatchObject({ sent: 1 });
    expect(receivers()).toEqual(['anna@example.org']);
    const [received] = mail.received;
    const head = received!.text.slice(0, received!.text.indexOf('\r\n\r\n'));
    expect(head).not.toMatch(/^bcc/im);
    expect(headerOf(received!, 'Subject')).toBeDefined();
    expect(received!.text).toMatch(/filename=x-bcc-y-example-org-y-example-org_evil_2026-11-16_2026-11-22\.csv/);
  });
});

describe('a file', () => {
  it('is linked above 10 MB, or available from the administrator if there is no public address', async () => {
    const id = await insertReport(database, { bytes: 14_200_000 });
    const openFile = () => Promise.reject(new Error('the file was opened'));
    await deliverReport({ ...deps(), openFile }, 'demo', id);
    const [linked] = mail.received;
    expect(linked!.text).not.toContain('Content-Disposition: attachment');
    expect(readable(linked!)).toMatch(
      new RegExp(
        `https://stats\\.example\\.org/api/v1/reports/${id}/download\\?expires=\\d{10}&signature=[\\w-]{43}\r\n`,
      ),
    );
    const other = await insertReport(database, { bytes: 14_200_000 });
    await deliverReport({ ...deps(), openFile, publicUrl: undefined }, 'demo', other);
    expect(readable(mail.received[1]!)).toContain('Ask your Millrace administrator for it.');
    expect(headerOf(mail.received[1]!, 'List-Unsubscribe')).toBe(
      '<mailto:reports@millrace.example?subject=Unsubscribe%3A%20Weekly%20growth>',
    );
    expect(headerOf(mail.received[1]!, 'List-Unsubscribe-Post')).toBeUndefined();
  });

  it('is attached whatever characters its title has, also without a public address', async () => {
    const id = await insertReport(database, { title: `${'x'.repeat(59)}📈 growth` });
    expect(await deliverReport({ ...deps(), publicUrl: undefined }, 'demo', id)).toMatchObject({ sent: 1 });
  });

  it('has the revision in its name, as when it is downloaded', async () => {
    const id = await insertReport(database, { revision: 3 });
    await deliver(id);
    expect(mail.received[0]!.text).toContain('filename=weekly-growth_demo_2026-11-16_2026-11-22_r3.csv');
  });

  it('is not read to its end if it turns out larger than recorded', async () => {
    let read = 0;
    async function* endless() {
      for (;;) {
        read += 1;
        yield Buffer.alloc(1_000_000);
      }
    }
    const id = await insertReport(database);
    await deliverReport({ ...deps(), openFile: async () => Readable.from(endless()) }, 'demo', id);
    expect(mail.received).toHaveLength(1);
    expect(read).toBeLessThan(40);
  });

  it('is reported as expired in the mail if it is no longer stored', async () => {
    const id = await insertReport(database);
    expect(await deliverReport({ ...deps(), openFile: async () => undefined }, 'demo', id)).toMatchObject({ sent: 1 });
    expect(readable(mail.received[0]!)).toContain('The file of this report has expired.');
  });

  it('that cannot be opened at the last attempt fails the delivery with a reason', async () => {
    const id = await insertReport(database);
    const openFile = () => Promise.reject(new Error('no such file'));
    const counts = await deliverReport({ ...deps(), openFile }, 'demo', id, { lastAttempt: true });
    expect(counts).toEqual({ sent: 0, failed: 1, skipped: 0, unknown: 0 });
    expect(await ledgerOf(database, id)).toMatchObject([
      { status: 'failed', error: 'It could not be sent; see the log of the worker.' },
    ]);
  });

  it('that cannot be opened costs no attempt', async () => {
    const id = await insertReport(database);
    const openFile = () => Promise.reject(new Error('no such file'));
    await expect(deliverReport({ ...deps(), openFile }, 'demo', id)).rejects.toThrow('no such file');
    expect(await statuses(id)).toEqual([['pending', 0]]);
    expect(await deliver(id)).toMatchObject({ sent: 1 });
  });
});

it('a mail server that trickles keeps no one waiting', async () => {
  const timers: NodeJS.Timeout[] = [];
  const trickling = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('220 at your service\r\n');
    timers.push(setInterval(() => socket.write('2'), 100));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => trickling.once('listening', resolve));
  const { port } = trickling.address() as { port: number };
  const id = await insertReport(database);
  const slowly = deliveryDeps(database, `smtp://127.0.0.1:${port}`, { wholeMs: 1_000 });
  await expect(deliverReport(slowly, 'demo', id)).rejects.toThrow(notYet);
  const [row] = await ledgerOf(database, id);
  expect(row!.error).toBe('the mail server took too long');
  expect(await statuses(id)).toEqual([['pending', 1]]);
  for (const timer of timers) clearInterval(timer);
  trickling.close();
});
