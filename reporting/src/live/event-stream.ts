/** One listener's connection: server-sent events, as specified by the HTML standard. */
import type { Response } from 'express';

/** How much is buffered for a slow reader. */
const maxBufferedBytes = 2 ** 20;

/** How long a client waits before it reconnects. */
const retryMs = 2_000;

export interface EventStream {
  /** Sends a frame, or disconnects a client that has more than 1 MB left to read. */
  send(frame: Buffer): void;
  /** Clients may reconnect. */
  end(): void;
  onClose(closed: () => void): void;
}

/** One buffer serves all listeners. */
export const eventFrame = (event: string, data: string, id?: string): Buffer =>
  Buffer.from(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);

/** A comment, which keeps proxies and clients from closing an idle connection. */
export const heartbeat = Buffer.from(':\n\n');

function sendHead(res: Response): void {
  res.status(200).set({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Keeps nginx from buffering events.
    'x-accel-buffering': 'no',
  });
}

/** `HEAD` gets the headers only. */
export function answerHead(res: Response): void {
  sendHead(res);
  res.end();
}

/** Starts the stream, which ends when either side ends it. */
export function openEventStream(res: Response): EventStream {
  sendHead(res);
  // Without chunked encoding, frames are sent as they are; the end of the connection is the end of the stream.
  res.useChunkedEncodingByDefault = false;
  res.shouldKeepAlive = false;
  res.socket?.setNoDelay(true);
  res.write(`retry: ${retryMs}\n\n`);
  return {
    send(frame) {
      if (res.writableLength > maxBufferedBytes) res.destroy();
      else res.write(frame);
    },
    end: () => void res.end(),
    onClose: (closed) => void res.on('close', closed),
  };
}
