/** Accepts the Segment specification, which RudderStack and others also use. See docs/wires.md. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { looksLikeKey } from '@millrace/shared/access/keys';
import { answerJson, listed, nothingAccepted } from '../answer-events.js';
import { maxEventsPerRequest, type ParseResult, parseSingleEvent } from '../parse-events.js';
import { isFields } from './fields.js';
import { toEvent } from './segment-event.js';
import type { EventRoute, ReplyRoute, Wire, WireSender } from './wire.js';

const refuse = (message: string): ParseResult => ({ ok: false, refusal: { code: 'invalid_request', message } });

/** The write key is the user name of Basic authentication. */
function keyOf({ headers }: IncomingMessage): string | undefined {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString().split(':', 1)[0] || undefined;
}

/** `type` is that of the URL, for messages without a type. */
function parseMessages(text: string, { siteId, hasKey, isPublic }: WireSender, type: string | undefined): ParseResult {
  const parsed = parseSingleEvent(text);
  if (!parsed.ok) return parsed;
  const [body] = parsed.candidates;
  if (!isFields(body)) return refuse('Send a message, or {"batch":[...]} with several.');
  const messages = Array.isArray(body.batch) ? body.batch : [body];
  if (messages.length > maxEventsPerRequest) return { ok: false, refusal: { code: 'too_many_events' } };
  const site = siteId ?? (hasKey ? undefined : body.writeKey);
  if (typeof site !== 'string') {
    return refuse(
      hasKey
        ? 'This URL needs a key that is limited to one site, because messages do not contain the site.'
        : 'Send the id of the site as the write key.',
    );
  }
  if (!hasKey && looksLikeKey(site))
    return refuse('Send the id of the site as the write key: this server does not use keys.');
  const batch = { siteId: site, sentAt: body.sentAt, isTrusted: !isPublic, type };
  return { ok: true, candidates: messages.map((message) => (isFields(message) ? toEvent(message, batch) : message)) };
}

const route = (type?: string): EventRoute => ({
  methods: 'POST, OPTIONS',
  parseBody: (text, sender) => parseMessages(text, sender, type),
  keyOf,
  keyNamesSite: true,
  nothingAccepted: (rejected) => nothingAccepted('/events', rejected),
  answer: (req, res, { accepted, rejected }) =>
    answerJson(req, res, 200, JSON.stringify({ success: true, accepted, rejected: listed(rejected) })),
});

/** Types of messages. Each has an address, and a short one with its first letter. */
export const segmentTypes = ['track', 'page', 'identify', 'screen', 'group', 'alias'] as const;
const typedRoutes = segmentTypes.flatMap((type) => [
  [`/v1/${type}`, route(type)],
  [`/v1/${type[0]}`, route(type)],
]);
export const segmentBatchPaths = ['/v1/batch', '/v1/b', '/v1/import'];
const batchRoutes = segmentBatchPaths.map((path) => [path, route()]);

const isEncrypted = ({ socket, headers }: IncomingMessage) =>
  (socket as TLSSocket).encrypted === true || /^https(?:,|$)/.test(String(headers['x-forwarded-proto']));

/** analytics.js requests these settings first, to find out where to send events. */
const settings: ReplyRoute = {
  methods: 'GET, HEAD, OPTIONS',
  reply(req, res, path) {
    const apiKey = decodeURIComponent(path.split('/')[3]!);
    const destination = { apiKey, apiHost: `${req.headers.host}/v1`, protocol: isEncrypted(req) ? 'https' : 'http' };
    const body = JSON.stringify({ integrations: { 'Segment.io': destination }, plan: {} });
    // The body depends on this request's host, so it must not be cached.
    answerJson(req, res, 200, body, { 'cache-control': 'no-store' });
  },
};

export const segmentWire: Wire = {
  routes: Object.fromEntries([...typedRoutes, ...batchRoutes]),
  patterns: {
    '/v1/projects/{writeKey}/settings': { pattern: /^\/v1\/projects\/[A-Za-z0-9._~-]+\/settings$/, route: settings },
  },
};
