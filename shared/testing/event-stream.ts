/** A client for server-sent events. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { eventually } from './eventually.js';

export interface ReceivedEvent {
  event: string;
  id: string | undefined;
  /** Parsed JSON. */
  data: ReturnType<typeof JSON.parse>;
}

export interface Listening {
  status: number;
  headers: IncomingMessage['headers'];
  /** All events so far. */
  events: ReceivedEvent[];
  heartbeats(): number;
  /** Everything received, such as the body of a refusal. */
  text(): string;
  isEnded(): boolean;
  /** Resolves with the first event at or after index `from` that matches. */
  next(what: string, matches: (event: ReceivedEvent) => boolean, from?: number): Promise<ReceivedEvent>;
  ended(): Promise<void>;
  leave(): void;
}

function parseFrame(frame: string): ReceivedEvent {
  const fields = new Map(frame.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
  return { event: fields.get('event') ?? '', id: fields.get('id'), data: JSON.parse(fields.get('data') ?? 'null') };
}

const respond = (request: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => request.once('response', resolve).once('error', reject));

/** Resolves once the response headers have arrived, whatever the status. */
export async function listen(url: string, headers: Record<string, string> = {}): Promise<Listening> {
  const request = get(url, { headers, agent: false });
  const answer = await respond(request);
  request.on('error', () => undefined);
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
    async next(what, matches, from = 0) {
      await eventually(async () => events.slice(from).some(matches) || events.length, what);
      return events.slice(from).find(matches)!;
    },
    ended: () => eventually(async () => ended, 'the stream has ended'),
    leave: () => void request.destroy(),
  };
}
