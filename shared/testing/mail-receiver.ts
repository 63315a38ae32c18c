/** A local mail server with configurable behaviour. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** The raw message, headers first. */
  text: string;
}

/** What it does after receiving a whole mail; a number is the code of a refusal. */
export type MailAnswer = 'accept' | number | 'drop' | 'silence' | 'nonsense';

export interface MailReceiver {
  url: string;
  /** Includes refused and unanswered mails. */
  received: ReceivedMail[];
  /** For the next mails; then it accepts. */
  answers: MailAnswer[];
  /** Codes with which recipients are refused, by address; then they are accepted. */
  refusals: Map<string, number[]>;
  /** Connections are greeted once this resolves. */
  greeting: Promise<void>;
  close(): Promise<void>;
}

const failure = (responseCode: number) => Object.assign(new Error('refused by the test'), { responseCode });

export async function receiveMail(port = 0): Promise<MailReceiver> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onConnect: (_session, callback) => void receiver.greeting.then(() => callback()),
    onRcptTo({ address }, _session, callback) {
      const code = receiver.refusals.get(address)?.shift();
      callback(code === undefined ? null : failure(code));
    },
    async onData(stream, { id, envelope }, callback) {
      let text = '';
      for await (const chunk of stream) text += chunk;
      const { mailFrom, rcptTo } = envelope;
      received.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), text });
      const answer = receiver.answers.shift() ?? 'accept';
      if (answer === 'drop') socketOf(server, id).destroy();
      else if (answer === 'nonsense') socketOf(server, id).write('nonsense\r\n');
      else if (answer !== 'silence') callback(answer === 'accept' ? null : failure(answer));
    },
  });
  // Tests may drop connections.
  server.on('error', () => {});
  const received: ReceivedMail[] = [];
  const listening = server.listen(port, '127.0.0.1');
  const receiver: MailReceiver = {
    url: '',
    received,
    answers: [],
    refusals: new Map(),
    greeting: Promise.resolve(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  await once(listening, 'listening');
  receiver.url = `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return receiver;
}

function socketOf(server: SMTPServer, id: string): Socket {
  const connections = [...server.connections] as { id: string; _socket: Socket }[];
  return connections.find((connection) => connection.id === id)!._socket;
}

/** A header with its lines joined; undefined if it is missing. Does not decode encoded words. */
export function headerOf({ text }: ReceivedMail, name: string): string | undefined {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
}

/** The mail with quoted-printable parts decoded. */
export function readable({ text }: ReceivedMail): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
