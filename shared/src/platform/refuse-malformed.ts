import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { closeGently } from './close-gently.js';
import { describeRefusal, type Refusal } from './errors.js';

/** Refusals by error code of Node's HTTP parser and of its timeouts; others are `malformed_request`. */
const refusals: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: { code: 'headers_too_large' },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'body_too_slow',
    message: 'The headers took longer than 10 s or the request longer than 30 s, so it was aborted. Send it again.',
  },
};

/** What Node keeps on a connection: the response in progress, and the last request. */
interface Exchange {
  _httpMessage?: ServerResponse | null;
  parser?: { incoming?: IncomingMessage | null } | null;
}

/** Whether a response has begun, or the faulty request has had its own. */
function isAnswered(socket: Socket): boolean {
  const { _httpMessage: response, parser } = socket as Socket & Exchange;
  if (response) return response.headersSent;
  return parser?.incoming?.complete === false;
}

/** Handles `clientError`: responds to requests that are not HTTP or take too long as to any other error, and closes the connection. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket, envelope?: object): void {
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered(socket)) return void socket.destroy(error);
  const { status, body } = describeRefusal(refusals[error.code ?? ''] ?? { code: 'malformed_request' }, envelope);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  closeGently(socket, `${head.join('\r\n')}\r\n\r\n${body}`, error);
}
