import type { Item } from './queue.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** Undefined where nothing can compress. */
async function gzip(bytes: Bytes): Promise<Bytes | undefined> {
  if (typeof CompressionStream === 'function') {
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  return gzipByZlib(bytes);
}

/** Not imported, not even dynamically: bundlers for edge runtimes would try to resolve it and fail. */
function gzipByZlib(bytes: Bytes): Promise<Bytes> | undefined {
  const zlib = globalThis.process?.getBuiltinModule?.('node:zlib');
  return (
    zlib &&
    new Promise((resolve, reject) => {
      zlib.gzip(bytes, (error, result) => (error ? reject(error) : resolve(new Uint8Array(result))));
    })
  );
}

export interface HttpResponse {
  status: number;
  text: string;
  header(name: string): string | null;
}
export type Attempt = HttpResponse | { failure: string };

export interface PostDeps {
  /** Ends with a slash. */
  url: string;
  key: string | undefined;
  gzipFromBytes: number;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
  now(): number;
}

export interface Post {
  /** Sends once. Never rejects. */
  send(batch: Item[]): Promise<Attempt>;
  /** Stops waiting for the current response. */
  abort(): void;
}

/** The size of a body without its events, rounded up. */
export const envelopeBytes = 64;

function bodyOf(batch: Item[], nowMs: number): string {
  const events = batch.map(({ text }) => text).join(',');
  return `{"events":[${events}],"sent_at":"${new Date(nowMs).toISOString()}"}`;
}

function describeFailure(error: unknown): string {
  const { message, cause } = error as { message?: unknown; cause?: { code?: unknown; message?: unknown } };
  return String(cause?.code ?? cause?.message ?? message ?? error);
}

export function createPost(deps: PostDeps): Post {
  let giveUp: ((error: Error) => void) | undefined;

  async function request(batch: Item[], signal: AbortSignal): Promise<HttpResponse> {
    const plain = new TextEncoder().encode(bodyOf(batch, deps.now()));
    const packed = plain.length >= deps.gzipFromBytes ? await gzip(plain) : undefined;
    // Called as a method of `deps`, `fetch` throws in workers.
    const { fetch } = deps;
    const response = await fetch(`${deps.url}events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'millrace-node',
        ...(packed && { 'content-encoding': 'gzip' }),
        ...(deps.key !== undefined && { authorization: `Bearer ${deps.key}` }),
      },
      body: packed ?? plain,
      // A redirected POST may arrive as a GET, whose response would say nothing about the events.
      redirect: 'manual',
      signal,
    });
    const text = await response.text();
    return { status: response.status, text, header: (name) => response.headers.get(name) };
  }

  return {
    async send(batch) {
      const controller = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const ended = new Promise<never>((_, reject) => {
        giveUp = reject;
        timer = setTimeout(() => reject(new Error(`no response within ${deps.timeoutMs} ms`)), deps.timeoutMs);
      });
      try {
        return await Promise.race([request(batch, controller.signal), ended]);
      } catch (error) {
        return { failure: describeFailure(error) };
      } finally {
        clearTimeout(timer);
        controller.abort();
      }
    },
    abort: () => giveUp?.(new Error('stopped waiting')),
  };
}
