/** A stream of the server's events, open as long as somebody looks at the page, and opened again when it broke. */
import { recheckSession } from '../session.ts';

/** `lost`: what is shown may be out of date. */
export type Connection = 'connecting' | 'open' | 'lost';

interface StreamSettings<T> {
  path: string;
  /** Name of the events that bring the whole state. */
  event: string;
  onState(state: T): void;
  onConnection(connection: Connection): void;
}

const minRetryMs = 1_000;
const maxRetryMs = 60_000;

/** Twice as long after each failure, and not the same for all pages that were cut off together. */
export const retryDelayMs = (failures: number, random = Math.random()) =>
  Math.min(maxRetryMs, minRetryMs * 2 ** (failures - 1)) * (0.5 + random / 2);

/** Stops while nobody looks at the page. Returns what ends it. */
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

/** Returns what ends it. */
export function openStream<T>({ path, event, onState, onConnection }: StreamSettings<T>): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  /** The browser tries again by itself, but not after a refusal, and without growing pauses. */
  function retry(): void {
    close();
    onConnection('lost');
    failures += 1;
    timer = setTimeout(open, retryDelayMs(failures));
    // It may be that the session is over, which the browser does not tell.
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
    // The stream goes on, and the state comes again as soon as there is one.
    source.addEventListener('problem', () => onConnection('lost'));
    source.addEventListener('error', retry);
  }

  return whileVisible(() => {
    failures = 0;
    onConnection('connecting');
    open();
  }, close);
}
