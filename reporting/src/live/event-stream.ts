/** One listener's connection: server-sent events, as the HTML standard has them. */
import type { Response } from 'express';

/** What is kept in memory for who reads more slowly than events come. */
const mostBufferedBytes = 2 ** 20;

/** A client whose connection broke asks again after so long. */
const retryMs = 2_000;

export interface EventStream {
  /** Sends a frame, or ends the connection of who has more than 1 MB still to read. */
  send(frame: Buffer): void;
  /** The client may come again. */
  end(): void;
  onClose(closed: () => void): void;
}

/** A frame with an event; one buffer serves all listeners. */
export const eventFrame = (event: string, data: string, id?: string): Buffer =>
  Buffer.from(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);

/** A comment, which keeps proxies and clients from taking the connection for dead. */
export const heartbeat = Buffer.from(':\n\n');

/** Headers of the answer, all of it for a `HEAD`, which gets no stream. */
function sendHead(res: Response): void {
  res.status(200).set({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // nginx would keep events back until a buffer is full.
    'x-accel-buffering': 'no',
  });
}

/** Answers `HEAD` whole. */
export function answerHead(res: Response): void {
  sendHead(res);
  res.end();
}

/** Begins the answer, which ends when either side ends it. */
export function openEventStream(res: Response): EventStream {
  sendHead(res);
  // Each frame goes out as it is, without a length before and a line end after it: the end of the connection is the end of the stream.
  res.useChunkedEncodingByDefault = false;
  res.shouldKeepAlive = false;
  res.socket?.setNoDelay(true);
  res.write(`retry: ${retryMs}\n\n`);
  return {
    send(frame) {
      if (res.writableLength > mostBufferedBytes) res.destroy();
      else res.write(frame);
    },
    end: () => void res.end(),
    onClose: (closed) => void res.on('close', closed),
  };
}
