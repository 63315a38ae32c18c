/** Turns an alert into an e-mail. */
import { createTransport } from 'nodemailer';

export interface Mail {
  /** The same for every attempt, by which mail programs know a message that comes twice. */
  id: string;
  to: string;
  subject: string;
  text: string;
}

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://`. */
  url: string;
  from: string;
}

const timeoutMs = 10_000;

/** A header is one line. */
const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, ' ').slice(0, 200);

/** Resolves when the mail server took it. Nothing of it is ever read from a file or an address. */
export async function sendMail(settings: MailSettings, { id, to, subject, text }: Mail): Promise<void> {
  const transport = createTransport({
    url: settings.url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: { name: 'Millrace', address: settings.from },
      to: { name: '', address: to },
      messageId: `<${id}@${settings.from.split('@').at(-1)}>`,
      subject: oneLine(subject),
      text,
    });
  } finally {
    transport.close();
  }
}
