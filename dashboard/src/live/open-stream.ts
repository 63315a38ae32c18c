/** A server-sent event stream that is open while the page is visible and reconnects after failures. */
import { recheckSession } from '../session.ts';

/** `lost`: what is shown may be out of date. */
export type Connection = 'connecting' | 'open' | 'lost';

interface StreamSettings<T> {
  path: string;
  /** The name of the events that carry the full state. */
  event: string;
  onState(state: T): void;
  onConnection(connection: Connection): void;
}

const minRetryMs = 1_000;
const maxRetryMs = 60_000;

/** Doubles with each failure; randomized so that clients cut off together do not return together. */
const retryDelayMs = (failures: number, random = Math.random()) =>
  Math.min(maxRetryMs, minRetryMs * 2 ** (failures - 1)) * (0.5 + random / 2);

/** Stops while the page is hidden. Returns a function that ends it. */
function whileVisible(start: () => void, stop: () => void): () => void {
  const follow = () => {
    stop();
    if (!document.hidden) start();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    stop();
  };
}

/** Returns a function that closes the stream. */
export function openStream<T>({ path, event, onState, onConnection }: StreamSettings<T>): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  /** The browser's own reconnect gives up after an error response and does not back off. */
  function retry(): void {
    close();
    onConnection('lost');
    failures += 1;
    timer = setTimeout(open, retryDelayMs(failures));
    // The session may have expired; EventSource does not expose the status.
    void recheckSession();
  }

  function open(): void {
    close();
    source = new EventSource(path);
    source.addEventListener(event, ({ data }: MessageEvent<string>) => {
      failures = 0;
      onConnection('open');
      onState(JSON.parse(data) as T);
    });
    // The stream stays open; the next state arrives as soon as there is one.
    source.addEventListener('problem', () => onConnection('lost'));
    source.addEventListener('error', retry);
  }

  return whileVisible(() => {
    failures = 0;
    onConnection('connecting');
    open();
  }, close);
}
