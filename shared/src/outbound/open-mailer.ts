/** Sends mail over SMTP and classifies failures by whether the message may have arrived. */
import { PassThrough, type TransformOptions } from 'node:stream';
import { createTransport } from 'nodemailer';
import { oneLine } from './one-line.js';
import { SendError } from './send-error.js';

export interface Mail {
  /** Without angle brackets, see {@link messageId}. The same for every attempt, so that mail programs recognise duplicates. */
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
  /** Without data from the server. */
  replyMs: number;
  /** For the whole message, even if the server keeps sending data slowly. */
  wholeMs: number;
}

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://`. */
  url: string;
  from: string;
  timeouts?: Partial<MailTimeouts>;
}

export interface Mailer {
  /** Resolves when the mail server has accepted it. Never reads content from files or URLs. @throws SendError */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Messages sent at once; others wait, which counts towards their `wholeMs`. */
export const mailsAtOnce = 4;

const defaults: MailTimeouts = { connectMs: 10_000, replyMs: 10_000, wholeMs: 50_000 };

/** A message id in the sender's domain, as unique as `local`. */
export const messageId = (local: string, from: string) => `${local}@${from.split('@').at(-1)}`;

/** nodemailer's errors. */
interface SmtpFailure extends Error {
  code?: string;
  command?: string;
  responseCode?: number;
}

/** Commands for which a 5xx concerns the message or its recipient; for any other command it concerns us. */
const aboutThisMail = ['API', 'MAIL FROM', 'RCPT TO', 'DATA'];
/** nodemailer's own checks: an address or size that the server would not accept. */
const unusable = ['EENVELOPE', 'EMESSAGE'];

/**
 * 4xx is temporary, 5xx is final (RFC 5321, 4.2.1). Without a reply, it depends on whether the server has received the whole
 * message: it must not deliver one whose end it has not seen (RFC 5321, 4.1.1.4).
 */
function explain(failure: SmtpFailure, handedOver: boolean): SendError {
  const { responseCode = 0, command = '', code = '' } = failure;
  const reason = code === 'EABORT' ? 'the mail server took too long' : oneLine(failure.message, 400);
  const isAboutThisMail = aboutThisMail.includes(command);
  if (responseCode >= 500) return new SendError(isAboutThisMail ? 'refused' : 'retry', reason);
  if (responseCode >= 400) return new SendError('retry', reason);
  if (handedOver) return new SendError('unknown', `the mail server received it but did not confirm: ${reason}`);
  if (isAboutThisMail && unusable.includes(code)) return new SendError('refused', reason);
  return new SendError('retry', reason);
}

/** Connections are reused. */
export function openMailer({ url, from, timeouts }: MailSettings): Mailer {
  const { connectMs, replyMs, wholeMs } = { ...defaults, ...timeouts };
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: mailsAtOnce,
    // The pool would retry if the connection is lost before the message; that is up to the caller.
    maxRequeues: 0,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    dnsTimeout: connectMs,
    socketTimeout: replyMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  /** Mails being sent, and whether the server has received the whole message. */
  const handedOver = new Map<string, boolean>();
  transport.use('stream', ({ message, data }, done) => {
    const id = data.messageId as string;
    const noteEnd: TransformOptions['flush'] = (callback) => {
      // Not if the send was aborted meanwhile.
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

/** Sends one mail over its own connection. @throws SendError */
export async function sendMail(settings: MailSettings, mail: Mail): Promise<void> {
  const mailer = openMailer(settings);
  try {
    await mailer.send(mail);
  } finally {
    mailer.close();
  }
}

/** Addresses are objects, because in a string a comma or line break would add recipients. */
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
