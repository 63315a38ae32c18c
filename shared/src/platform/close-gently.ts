/** Closes connections whose client may still be sending. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from './errors.js';

/** How long the client has to read the response. */
const lingerMs = 1_000;

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
 * To be called before the headers of a refusal are sent: if the rest of a body that is too large has not arrived, the connection is
 * closed instead of reading it.
 */
export function skipRest({ req, socket }: ServerResponse, { code }: Refusal): Record<string, string> {
  if (code !== 'payload_too_large' || req.complete || !socket) return {};
  // Node calls this as soon as a response with this header is written.
  socket.destroySoon = () => closeGently(socket);
  return { connection: 'close' };
}
