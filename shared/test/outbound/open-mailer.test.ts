/** What is known of a message after each attempt, however many a mailer has sent before. */
import { type Mailer, openMailer } from '@millrace/shared/outbound/open-mailer';
import { type MailReceiver, receiveMail } from '@millrace/shared/testing/mail-receiver';
import { afterEach, beforeEach, expect, it } from 'vitest';

let server: MailReceiver;
let mailer: Mailer;

beforeEach(async () => {
  server = await receiveMail();
  mailer = openMailer({ url: server.url, from: 'reports@example.org' });
});
afterEach(async () => {
  mailer.close();
  await server.close();
});

const send = () =>
  mailer.send({
    messageId: 'weekly@example.org',
    to: { name: '', address: 'anna@example.org' },
    subject: 'Weekly',
    text: 'As every week.',
  });

it('forgets of an attempt that the server had all of the message once it has said what became of it', async () => {
  server.answers.push('drop');
  await expect(send()).rejects.toMatchObject({ outcome: 'unknown' });
  const { port } = new URL(server.url);
  await server.close();
  // Of this attempt it got nothing.
  await expect(send()).rejects.toMatchObject({ outcome: 'retry' });
  server = await receiveMail(Number(port));
  await send();
  expect(server.received).toHaveLength(1);
});
