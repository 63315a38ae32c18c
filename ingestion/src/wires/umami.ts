/** Accepts Umami's trackers: `POST /api/send`, and `/api/batch` with a list of the same bodies. See docs/wires.md. */
import { answerJson, listed, nothingAccepted } from '../answer-events.js';
import { maxEventsPerRequest, type ParseResult, parseSingleEvent } from '../parse-events.js';
import { type Fields, fieldsOf, idOf, isFields, present, textOf } from './fields.js';
import type { EventRoute, Wire } from './wire.js';

const malformed = {
  ok: false,
  refusal: { code: 'invalid_request', message: 'Send {"type":"event","payload":{"website":...,"url":...}}.' },
} as const;

/** Web vitals. */
const vitals = ['ttfb', 'fcp', 'lcp', 'cls', 'inp', 'duration'];

function typeAndProperties(type: unknown, payload: Fields): { event_type: string; properties?: Fields | undefined } {
  if (type === 'identify') return { event_type: 'identify' };
  if (type === 'performance') {
    return {
      event_type: 'web_vitals',
      properties: present(Object.fromEntries(vitals.map((name) => [name, payload[name]]))),
    };
  }
  const { name, data, tag } = payload;
  return { event_type: textOf(name, 64) ?? 'view', properties: present({ tag, ...fieldsOf(data) }) };
}

/** Umami sends seconds since 1970. Other values are left for validation to refuse; the time of arrival could be the wrong day. */
function timeOf(seconds: unknown): string | undefined {
  if (seconds === undefined || seconds === null) return undefined;
  if (typeof seconds === 'number' && Math.abs(seconds) < 1e10) return new Date(seconds * 1_000).toISOString();
  return 'not seconds since 1970';
}

function toEvent(body: unknown, isTrusted: boolean): unknown {
  const { type, payload } = fieldsOf(body);
  if (!isFields(payload)) return body;
  const { website, url, referrer, title, hostname, language, screen, id, ip, userAgent, timestamp } = payload;
  return present({
    ...typeAndProperties(type, payload),
    site_id: website,
    path: textOf(url, 2048) ?? '',
    user_id: idOf(id),
    timestamp: timeOf(timestamp),
    referrer: textOf(referrer, 2048),
    title: textOf(title, 512),
    hostname: textOf(hostname, 255),
    language: textOf(language, 35),
    screen: textOf(screen, 16),
    context: isTrusted ? present({ ip: textOf(ip, 64), user_agent: textOf(userAgent, 1_024) }) : undefined,
  });
}

function parseBodies(text: string, isBatch: boolean, isTrusted: boolean): ParseResult {
  const parsed = parseSingleEvent(text);
  if (!parsed.ok) return parsed;
  const [body] = parsed.candidates;
  const bodies = isBatch ? body : [body];
  if (!Array.isArray(bodies) || !bodies.every((each) => isFields(each) && isFields(each.payload))) return malformed;
  if (bodies.length > maxEventsPerRequest) return { ok: false, refusal: { code: 'too_many_events' } };
  return { ok: true, candidates: bodies.map((each) => toEvent(each, isTrusted)) };
}

const route = (isBatch: boolean): EventRoute => ({
  methods: 'POST, OPTIONS',
  parseBody: (text, { isPublic }) => parseBodies(text, isBatch, !isPublic),
  keyOf: () => undefined,
  nothingAccepted: (rejected) => nothingAccepted(isBatch ? '/events' : '/event', rejected),
  // The script expects every response to be JSON.
  answer: (req, res, { accepted, rejected }) =>
    answerJson(req, res, 200, JSON.stringify({ accepted, rejected: listed(rejected) })),
});

export const umamiWire: Wire = { routes: { '/api/send': route(false), '/api/batch': route(true) } };
