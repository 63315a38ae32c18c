/** Answers `/event` and `/events` without Express, which costs more than all the rest of such a request. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, wrongMethod } from '@millrace/shared/errors';
import type { Logger } from '@millrace/shared/logger';
import type { Metrics } from '@millrace/shared/metrics';
import type { Admission, Admit } from './admit-request.js';
import { preflightHeaders } from './allow-origins.js';
import { answerBatch, answerOk, answerPixel, answerRefusal, nothingAccepted, type Route } from './answer-events.js';
import type { ByteBudget } from './byte-budget.js';
import type { EnqueueOutcome, EventQueue } from './enqueue-events.js';
import type { NameClient } from './name-client.js';
import { bodyFormat, type ParseResult, parseBatch, parseSingleEvent, refuseFormat } from './parse-events.js';
import { parseParameters } from './parse-parameters.js';
import type { BodyReader } from './read-body.js';
import { type EventBatch, type ValidatedEvents, validateEvents } from './validate-events.js';

/** True when the request was one of the lane's and is being answered. */
export type EventLane = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface EventLaneDeps {
  events: EventQueue;
  budget: ByteBudget;
  readBody: BodyReader;
  nameClient: NameClient;
  metrics: Metrics;
  logger: Logger;
  now: () => number;
  isClosing: () => boolean;
  /** Undefined: everybody may send. */
  admit?: Admit | undefined;
}

/** A refusal, and how many events it refuses that are not counted yet. */
interface Refused {
  refusal: Refusal;
  events: number;
}
type Prepared = Refused | { refusal?: undefined; validated: ValidatedEvents };
/** Undefined when the client has gone. */
type Outcome = Refused | { refusal?: undefined; validated?: ValidatedEvents } | undefined;

const methods: Record<Route, string> = { '/event': 'GET, HEAD, POST, OPTIONS', '/events': 'POST, OPTIONS' };

/** What stands before the path where a request line has the whole address, as those of proxies do. */
const origin = /^https?:\/\/[^/?#]*/i;

function routeOf(url = ''): Route | undefined {
  if (url === '/event' || url === '/events') return url;
  const path = url.replace(origin, '').split('?', 1)[0];
  return path === '/event' || path === '/events' ? path : undefined;
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

  /** Candidates to events. Not async, so that nothing of a large batch but its events is kept while the queue works. */
  function prepare(route: Route, parsed: ParseResult, siteId: string | null | undefined): Prepared {
    if (!parsed.ok) return { refusal: parsed.refusal, events: 1 };
    received.inc(parsed.candidates.length);
    const validated = validateEvents(parsed.candidates, deps.now(), siteId ?? undefined);
    for (const { reason } of validated.rejected) refused.inc({ reason });
    if (validated.accepted === 0) return { refusal: nothingAccepted(route, validated.rejected), events: 0 };
    return { validated };
  }

  /** Resolves when all events are durable, or with the reason why some are not known to be, and how many. */
  async function enqueue(batches: EventBatch[]): Promise<{ reason: EnqueueOutcome; lost: number }> {
    const [only] = batches;
    if (only && batches.length === 1) {
      const reason = await deps.events.enqueue(only);
      if (reason) refused.inc({ reason }, only.count);
      return { reason, lost: reason ? only.count : 0 };
    }
    const outcomes = await Promise.all(batches.map(deps.events.enqueue));
    let lost = 0;
    batches.forEach(({ count }, index) => {
      const reason = outcomes[index];
      if (!reason) return;
      refused.inc({ reason }, count);
      lost += count;
    });
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    // Part of the request may be stored: only a retry with the same ids is safe, which `overloaded` would not say.
    return { reason: failures.length < outcomes.length && lost > 0 ? 'queue_unavailable' : failures[0], lost };
  }

  /** Counts, then stores what was prepared. */
  async function store(prepared: Prepared, admission: Admission | undefined): Promise<Outcome> {
    if (prepared.refusal) return prepared;
    const { validated } = prepared;
    const tooMany = admission?.sender && (await deps.admit?.count(admission.sender, validated.accepted));
    if (tooMany) {
      refused.inc({ reason: tooMany.code }, validated.accepted);
      return { refusal: tooMany, events: 0 };
    }
    const { reason, lost } = await enqueue(validated.batches);
    if (!reason) return { validated };
    if (admission?.sender) await deps.admit?.giveBack(admission.sender, lost);
    return { refusal: { code: reason }, events: 0 };
  }

  async function takeBody(route: Route, req: IncomingMessage): Promise<Outcome> {
    const type = req.headers['content-type'];
    const format = bodyFormat(type);
    if (!format || (route === '/event' && format === 'ndjson')) {
      return { refusal: refuseFormat(route, type), events: 1 };
    }
    const client = deps.nameClient(req);
    const admission = deps.admit && (await deps.admit.admit(req, client));
    if (admission?.refusal) return { refusal: admission.refusal, events: 1 };
    const holding = deps.budget.hold(client);
    try {
      const body = await deps.readBody(req, holding);
      if (!body?.ok) return body && { refusal: body.refusal, events: 1 };
      const parse = (text: string) => (route === '/event' ? parseSingleEvent(text) : parseBatch(text, format));
      return await store(prepare(route, parse(body.takeText()), admission?.sender?.siteId), admission);
    } finally {
      holding.release();
    }
  }

  async function takeParameters(req: IncomingMessage): Promise<Outcome> {
    const { parsed, key } = parseParameters(req.url ?? '');
    const admission = deps.admit && (await deps.admit.admit(req, deps.nameClient(req), key));
    const events = req.method === 'HEAD' ? 0 : 1;
    if (admission?.refusal) return { refusal: admission.refusal, events };
    const siteId = admission?.sender.siteId;
    if (req.method !== 'HEAD') return store(prepare('/event', parsed, siteId), admission);
    // Link checkers and previews ask with HEAD: they learn whether the address is right, and are not counted.
    if (!parsed.ok) return { refusal: parsed.refusal, events };
    const { rejected } = validateEvents(parsed.candidates, deps.now(), siteId ?? undefined);
    return rejected.length > 0 ? { refusal: nothingAccepted('/event', rejected), events } : {};
  }

  function refuse(route: Route, req: IncomingMessage, res: ServerResponse, { refusal, events }: Refused): void {
    if (events > 0) {
      received.inc(events);
      refused.inc({ reason: refusal.code }, events);
    }
    deps.logger.debug({ path: route, code: refusal.code }, 'refused');
    answerRefusal(req, res, refusal);
  }

  async function handle(route: Route, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (deps.isClosing()) return refuse(route, req, res, { refusal: { code: 'shutting_down' }, events: 1 });
    const outcome = req.method === 'POST' ? await takeBody(route, req) : await takeParameters(req);
    if (!outcome) return;
    if (outcome.refusal) refuse(route, req, res, outcome);
    else if (req.method !== 'POST') answerPixel(req, res);
    else if (route === '/event') answerOk(req, res);
    else if (outcome.validated) answerBatch(req, res, outcome.validated.accepted, outcome.validated.rejected);
  }

  return (req, res) => {
    const route = routeOf(req.url);
    if (!route) return false;
    if (req.method === 'OPTIONS') {
      res.writeHead(204, preflightHeaders(req.headers, methods[route]));
      res.end();
    } else if (req.method !== 'POST' && !(route === '/event' && (req.method === 'GET' || req.method === 'HEAD'))) {
      res.setHeader('allow', methods[route]);
      answerRefusal(req, res, wrongMethod(methods[route]));
    } else {
      handle(route, req, res).catch((error) => {
        deps.logger.error({ err: error }, 'could not handle events');
        if (!res.headersSent) answerRefusal(req, res, { code: 'internal_error' });
      });
    }
    return true;
  };
}
