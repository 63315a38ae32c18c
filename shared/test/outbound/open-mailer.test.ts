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

it('does not carry over from one attempt to the next that the server received the whole message', async () => {
  server.answers.push('drop');
  await expect(send()).rejects.toMatchObject({ outcome: 'unknown' });
  const { port } = new URL(server.url);
  await server.close();
  // Nothing of this attempt arrived.
  await expect(send()).rejects.toMatchObject({ outcome: 'retry' });
  server = await receiveMail(Number(port));
  await send();
  expect(server.received).toHaveLength(1);
});
