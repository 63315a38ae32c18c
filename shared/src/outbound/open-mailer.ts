/** Sending mail over SMTP so that afterwards it is known what became of each message. */
import { PassThrough, type TransformOptions } from 'node:stream';
import { createTransport } from 'nodemailer';
import { oneLine } from './one-line.js';
import { SendError } from './send-error.js';

export interface Mail {
  /** Without angle brackets, see {@link messageId}: the same for every attempt, so that mail programs know a message that comes twice. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
  attachment?: { filename: string; content: Buffer };
}

export interface MailTimeouts {
  /** To connect, and again for the server's greeting. */
  connectMs: number;
  /** Silence of the server. */
  replyMs: number;
  /** A message from its beginning to its end, however busily the server trickles. */
  wholeMs: number;
}

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://`. */
  url: string;
  from: string;
  timeouts?: Partial<MailTimeouts>;
}

export interface Mailer {
  /** Resolves when the mail server took it. Nothing of it is ever read from a file or an address. @throws SendError */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Messages that are sent at once; more wait, within their `wholeMs`. */
export const mailsAtOnce = 4;

const defaults: MailTimeouts = { connectMs: 10_000, replyMs: 10_000, wholeMs: 50_000 };

/** An id for {@link Mail}: unique where `local` is, in the domain that mail comes from. */
export const messageId = (local: string, from: string) => `${local}@${from.split('@').at(-1)}`;

/** What nodemailer says about a failure. */
interface SmtpFailure extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

/** Commands whose 5xx is about the message or its recipient; at any other the server refuses us, whoever the mail is for. */
const aboutThisMail = ['API', 'MAIL FROM', 'RCPT TO', 'DATA'];
/** What nodemailer finds wrong itself: an address or a size that the server does not take. */
const unusable = ['EENVELOPE', 'EMESSAGE'];

/**
 * 4xx may pass, 5xx is final (RFC 5321, 4.2.1). Without a reply it depends on whether the server had everything: a message whose
 * end it has not seen it may not deliver (RFC 5321, 4.1.1.4).
 */
function explain(failure: SmtpFailure, handedOver: boolean): SendError {
  const { responseCode = 0, command = '', code = '' } = failure;
  const reason = code === 'EABORT' ? 'the mail server took too long' : oneLine(failure.message, 400);
  const isAboutThisMail = aboutThisMail.includes(command);
  if (responseCode >= 500) return new SendError(isAboutThisMail ? 'refused' : 'retry', reason);
  if (responseCode >= 400) return new SendError('retry', reason);
  if (handedOver) return new SendError('unknown', `the mail server got it but did not say that it took it: ${reason}`);
  if (isAboutThisMail && unusable.includes(code)) return new SendError('refused', reason);
  return new SendError('retry', reason);
}

/** Connections are kept between messages. */
export function openMailer({ url, from, timeouts }: MailSettings): Mailer {
  const { connectMs, replyMs, wholeMs } = { ...defaults, ...timeouts };
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: mailsAtOnce,
    // By itself the pool tries again where a connection is lost before the message; when to do that is the caller's to decide.
    maxRequeues: 0,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: replyMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  /** Mails under way, and whether the server had everything of them in this attempt. */
  const handedOver = new Map<string, boolean>();
  transport.use('stream', ({ message, data }, done) => {
    const id = data.messageId as string;
    const noteEnd: TransformOptions['flush'] = (callback) => {
      // One that was given up is not remembered again.
      if (handedOver.has(id)) handedOver.set(id, true);
      callback();
    };
    message.transform(() => new PassThrough({ flush: noteEnd }));
    done();
  });
  return {
    async send(mail) {
      const signal = AbortSignal.timeout(wholeMs);
      const message = toMessage(mail, from);
      handedOver.set(message.messageId, false);
      try {
        await transport.sendMail({ ...message, signal });
      } catch (error) {
        throw explain(error as SmtpFailure, handedOver.get(message.messageId)!);
      } finally {
        handedOver.delete(message.messageId);
      }
    },
    close: () => transport.close({ force: true }),
  };
}

/** Sends one mail over a connection of its own. @throws SendError */
export async function sendMail(settings: MailSettings, mail: Mail): Promise<void> {
  const mailer = openMailer(settings);
  try {
    await mailer.send(mail);
  } finally {
    mailer.close();
  }
}

/** Addresses as objects: in a text, a comma or a line break would add recipients. */
const toMessage = ({ messageId, to, subject, text, html, headers, attachment }: Mail, from: string) => ({
  from: { name: 'Millrace', address: from },
  to: { name: oneLine(to.name, 100), address: to.address },
  messageId: `<${messageId}>`,
  subject: oneLine(subject, 200),
  text,
  ...(html !== undefined && { html }),
  ...(headers && { headers }),
  ...(attachment && { attachments: [{ ...attachment, filename: oneLine(attachment.filename, 150) }] }),
});
