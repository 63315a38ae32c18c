/** Turns an HTTP request of `POST /event` or `POST /events` into its answer, without Express, which costs more than all the rest. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describeRefusal, type Refusal } from '@millrace/shared/errors';
import type { Logger } from '@millrace/shared/logger';
import type { Metrics } from '@millrace/shared/metrics';
import type { Admit, Sender } from './admit-request.js';
import type { EnqueueOutcome, EventQueue } from './enqueue-events.js';
import { type BodyFormat, bodyFormat, parseBatch, parseSingleEvent } from './parse-events.js';
import { type ByteBudget, readBody } from './read-body.js';
import { type EventBatch, type RejectedEvent, type ValidatedEvents, validateEvents } from './validate-events.js';

/** True when the request was one of the lane's and is being answered. */
export type EventLane = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface EventLaneDeps {
  events: EventQueue;
  budget: ByteBudget;
  metrics: Metrics;
  logger: Logger;
  now: () => number;
  isClosing: () => boolean;
  /** Undefined: everybody may send. */
  admit?: Admit | undefined;
}

type Route = '/event' | '/events';
/** What a body comes to: a refusal, with the number of events not counted yet, or events for the queue. */
type Prepared = { refusal: Refusal; events: number } | { refusal?: undefined; validated: ValidatedEvents };

const jsonHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'access-control-allow-origin': '*',
  'x-content-type-options': 'nosniff',
};
const okBody = '{"status":"ok"}';
const okHeaders = { ...jsonHeaders, 'content-length': okBody.length };
const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'content-type, content-encoding, authorization',
  'access-control-max-age': '86400',
};

/** Refused events named in the answer to a batch; the rest is only counted, since 10,000 sentences help nobody. */
const maxListedRejections = 1_000;

function routeOf(url = ''): Route | undefined {
  if (url === '/event' || url === '/events') return url;
  const path = url.split('?', 1)[0];
  return path === '/event' || path === '/events' ? path : undefined;
}

function answerRefusal(res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = describeRefusal(refusal);
  const challenge = status === 401 && { 'www-authenticate': 'Bearer' };
  res.writeHead(status, { ...jsonHeaders, ...headers, ...challenge, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

function answerAccepted(res: ServerResponse, route: Route, accepted: number, rejected: RejectedEvent[]): void {
  if (route === '/event') {
    res.writeHead(200, okHeaders);
    res.end(okBody);
    return;
  }
  const body = JSON.stringify({ status: 'ok', accepted, rejected: rejected.slice(0, maxListedRejections) });
  res.writeHead(200, { ...jsonHeaders, 'content-length': Buffer.byteLength(body) });
  res.end(body);
}

/** The refusal of a request none of whose events can be accepted. */
function nothingAccepted(route: Route, rejected: RejectedEvent[]): Refusal {
  const [first] = rejected;
  if (rejected.every(({ reason }) => reason === 'wrong_site')) return { code: 'forbidden', message: first?.message };
  if (route === '/event') {
    return { code: 'invalid_event', message: first?.message, details: { reason: first?.reason, field: first?.field } };
  }
  return { code: 'no_valid_events', details: { rejected: rejected.slice(0, maxListedRejections) } };
}

/** The lane of one ingestion process. */
export function createEventLane(deps: EventLaneDeps): EventLane {
  const received = deps.metrics.counter('millrace_ingestion_received_events_total', 'Events that arrived, good or bad');
  const refused = deps.metrics.counter('millrace_ingestion_rejected_events_total', 'Events refused, by reason', [
    'reason',
  ]);
  deps.metrics.gauge('millrace_ingestion_waiting_bytes', 'Bytes of requests in work', [], (gauge) =>
    gauge.set(deps.budget.used),
  );

  /** Text to events. Not async, so that nothing of a large batch but its events is kept while the queue works. */
  function prepare(route: Route, format: BodyFormat, text: string, sender: Sender | undefined): Prepared {
    const parsed = route === '/event' ? parseSingleEvent(text) : parseBatch(text, format);
    if (!parsed.ok) return { refusal: parsed.refusal, events: 1 };
    received.inc(parsed.candidates.length);
    const validated = validateEvents(parsed.candidates, deps.now(), sender?.siteId ?? undefined);
    for (const { reason } of validated.rejected) refused.inc({ reason });
    if (validated.accepted === 0) return { refusal: nothingAccepted(route, validated.rejected), events: 0 };
    return { validated };
  }

  /** Resolves when all events are durable, or with the reason why some are not known to be. */
  async function enqueue(batches: EventBatch[]): Promise<EnqueueOutcome> {
    const outcomes = await Promise.all(batches.map(deps.events.enqueue));
    batches.forEach(({ count }, index) => {
      const reason = outcomes[index];
      if (reason) refused.inc({ reason }, count);
    });
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    // Part of the request may be stored: only a retry with the same ids is safe, which `overloaded` would not say.
    return failures.length < outcomes.length && failures.length > 0 ? 'queue_unavailable' : failures[0];
  }

  function refuseRequest(route: Route, res: ServerResponse, refusal: Refusal, events: number): void {
    if (events > 0) {
      received.inc(events);
      refused.inc({ reason: refusal.code }, events);
    }
    deps.logger.debug({ path: route, code: refusal.code }, 'refused');
    answerRefusal(res, refusal);
  }

  /** Of events that are counted as received already. */
  function refuseAccepted(route: Route, res: ServerResponse, refusal: Refusal, events: number): void {
    refused.inc({ reason: refusal.code }, events);
    refuseRequest(route, res, refusal, 0);
  }

  async function handle(route: Route, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (deps.isClosing()) return refuseRequest(route, res, { code: 'shutting_down' }, 1);
    const format = bodyFormat(req.headers['content-type']);
    if (!format || (route === '/event' && format === 'ndjson')) {
      return refuseRequest(route, res, { code: 'unsupported_media_type' }, 1);
    }
    const admission = deps.admit && (await deps.admit.admit(req));
    if (admission?.refusal) return refuseRequest(route, res, admission.refusal, 1);
    const body = await readBody(req, deps.budget);
    if (!body) return;
    if (!body.ok) return refuseRequest(route, res, body.refusal, 1);
    try {
      const prepared = prepare(route, format, body.takeText(), admission?.sender);
      if (prepared.refusal) return refuseRequest(route, res, prepared.refusal, prepared.events);
      const { batches, accepted, rejected } = prepared.validated;
      const tooMany = admission && (await deps.admit!.count(admission.sender, accepted));
      if (tooMany) return refuseAccepted(route, res, tooMany, accepted);
      const failure = await enqueue(batches);
      if (failure) refuseRequest(route, res, { code: failure }, 0);
      else answerAccepted(res, route, accepted, rejected);
    } finally {
      deps.budget.give(body.heldBytes);
    }
  }

  return (req, res) => {
    const route = routeOf(req.url);
    if (!route) return false;
    if (req.method === 'OPTIONS') {
      res.writeHead(204, preflightHeaders);
      res.end();
    } else if (req.method !== 'POST') {
      res.setHeader('allow', 'POST, OPTIONS');
      answerRefusal(res, { code: 'method_not_allowed' });
    } else {
      handle(route, req, res).catch((error) => {
        deps.logger.error({ err: error }, 'could not handle events');
        if (!res.headersSent) answerRefusal(res, { code: 'internal_error' });
      });
    }
    return true;
  };
}
