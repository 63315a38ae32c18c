/** Closes connections whose client may still be sending. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from './errors.js';

/** How long the client has to read the response. */
const lingerMs = 1_000;

/** How many announced bytes are read and dropped: many clients read the response only when they have sent everything. */
const drainedBytes = 100_000_000;

/**
 * Stops reading, sends `last` and the end of the stream, and destroys `socket` a second later. Destroying it at once would reset the
 * connection if unread bytes have arrived, and then the client may never see the response.
 */
export function closeGently(socket: Socket, last = '', error?: Error): void {
  socket.end(last);
  socket.pause();
  // Code that still reads the request would start the socket again.
  socket.resume = () => socket;
  const timer = setTimeout(() => socket.destroy(error), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

/**
 * To be called before the headers of a refusal are sent: if a body that is too large has no announced end, or one too far away, the
 * connection is closed instead of reading the rest.
 */
export function skipRest({ req, socket }: ServerResponse, { code }: Refusal): Record<string, string> {
  const announced = Number(req.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  if (code !== 'payload_too_large' || req.complete || !socket || announced <= drainedBytes) return {};
  // Node calls this as soon as a response with this header is written.
  socket.destroySoon = () => closeGently(socket);
  return { connection: 'close' };
}
