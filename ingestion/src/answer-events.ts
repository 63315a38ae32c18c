/** Responses to requests with events, with the headers that browsers need. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { skipRest } from '@millrace/shared/platform/close-gently';
import { describeRefusal, type Refusal } from '@millrace/shared/platform/errors';
import { originHeaders } from './allow-origins.js';
import type { RejectedEvent } from './validate-events.js';

export type Route = '/event' | '/events';

/** Refused events listed in the response to a batch; a list of 10,000 would help no one. */
export const maxListedRejections = 1_000;

const jsonHeaders = { 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' };
const okBody = '{"status":"ok"}';
/** Precomputed for servers and SDKs, which send no origin and most of the events. */
const okHeaders = { ...jsonHeaders, 'content-length': okBody.length, ...originHeaders({}) };

/** A transparent 1x1 GIF. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const pixelHeaders = {
  'content-type': 'image/gif',
  'content-length': pixel.length,
  'cache-control': 'no-store, no-cache, must-revalidate, private',
  expires: '0',
  pragma: 'no-cache',
  // Cross-origin isolated pages only load images with this header.
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
};

export function answerJson(
  req: IncomingMessage,
  res: ServerResponse,
  status: number,
  body: string,
  headers?: object,
): void {
  const length = Buffer.byteLength(body);
  res.writeHead(status, { ...jsonHeaders, ...headers, 'content-length': length, ...originHeaders(req.headers) });
  res.end(body);
}

export function answerRefusal(req: IncomingMessage, res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = describeRefusal(refusal);
  const challenge = status === 401 && { 'www-authenticate': 'Bearer' };
  answerJson(req, res, status, body, { ...headers, ...skipRest(res, refusal), ...challenge });
}

export function answerPixel(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(200, { ...pixelHeaders, ...originHeaders(req.headers) });
  res.end(pixel);
}

/** For `POST /event`. */
export function answerOk(req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(200, req.headers.origin === undefined ? okHeaders : { ...okHeaders, ...originHeaders(req.headers) });
  res.end(okBody);
}

export const listed = (rejected: RejectedEvent[]): RejectedEvent[] => rejected.slice(0, maxListedRejections);

/** For `POST /events`. */
export function answerBatch(req: IncomingMessage, res: ServerResponse, accepted: number, all: RejectedEvent[]): void {
  answerJson(req, res, 200, JSON.stringify({ status: 'ok', accepted, rejected: listed(all) }));
}

/** The refusal of a request if all its events are refused. */
export function nothingAccepted(route: Route, rejected: RejectedEvent[]): Refusal {
  const [first] = rejected;
  if (rejected.every(({ reason }) => reason === 'wrong_site')) return { code: 'forbidden', message: first?.message };
  if (route === '/event') {
    const { reason, field, message } = first ?? {};
    const elsewhere = reason === 'not_an_object' ? '; send lists to /events' : '';
    return { code: 'invalid_event', message: `${message}${elsewhere}`, details: { reason, field } };
  }
  return { code: 'no_valid_events', details: { rejected: listed(rejected) } };
}
