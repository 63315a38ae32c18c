/** A client of server-sent events, as a test drives it. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { eventually } from './eventually.js';

export interface ReceivedEvent {
  event: string;
  id: string | undefined;
  /** As JSON has it. */
  data: ReturnType<typeof JSON.parse>;
}

export interface Listening {
  status: number;
  headers: IncomingMessage['headers'];
  /** All events so far. */
  events: ReceivedEvent[];
  heartbeats(): number;
  /** The body of a refusal, or whatever else came. */
  text(): string;
  isEnded(): boolean;
  /** Resolves with the first event from place `from` on that is as wished. */
  next(what: string, isIt: (event: ReceivedEvent) => boolean, from?: number): Promise<ReceivedEvent>;
  ended(): Promise<void>;
  leave(): void;
}

function parseFrame(frame: string): ReceivedEvent {
  const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  return { event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(fields.get('data') ?? 'null') };
}

const respond = (asked: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => asked.once('response', resolve).once('error', reject));

/** Begins to listen; resolves once the answer has begun, whatever its status. */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listening> {
  const asked = get(url, { headers, agent: false });
  const answer = await respond(asked);
  asked.on('error', () => undefined);
  let text = '';
  let ended = false;
  const events: ReceivedEvent[] = [];
  let taken = 0;
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n', taken); end >= 0; end = text.indexOf('\n\n', taken)) {
      const frame = text.slice(taken, end);
      taken = end + 2;
      if (frame.startsWith('event:')) events.push(parseFrame(frame));
    }
  });
  answer.on('error', () => undefined);
  answer.on('close', () => {
    ended = true;
  });
  return {
    ...{ status: answer.statusCode!, headers: answer.headers, events },
    text: () => text,
    heartbeats: () => text.split('\n').filter((line) => line === ':').length,
    isEnded: () => ended,
    async next(what, isIt, from = 0) {
      await eventually(async () => events.slice(from).some(isIt) || events.length, what);
      return events.slice(from).find(isIt)!;
    },
    ended: () => eventually(async () => ended, 'the stream has ended'),
    leave: () => void asked.destroy(),
  };
}
