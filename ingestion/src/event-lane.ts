/** Handles requests with events without Express, whose overhead exceeds the rest of the work. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Refusal, wrongMethod } from '@millrace/shared/platform/errors';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { Admit, Sender } from './admit-request.js';
import { preflightHeaders } from './allow-origins.js';
import { answerRefusal } from './answer-events.js';
import type { ByteBudget } from './byte-budget.js';
import type { EventQueue } from './enqueue-events.js';
import type { Enrich } from './enrich/enrich-event.js';
import { type FindFacts, originOf } from './facts.js';
import type { Ledger } from './ledger.js';
import type { NameClient } from './name-client.js';
import type { BodyReader } from './read-body.js';
import { createEventTaker, type Outcome, type Refused } from './take-events.js';
import type { EventRoute, WireSender } from './wires/wire.js';
import { findRoute, pathOf } from './wires/wires.js';

/** Returns false if the request is not for one of the wires; otherwise the lane responds. */
export type EventLane = (req: IncomingMessage, res: ServerResponse) => boolean;

export interface EventLaneDeps {
  events: EventQueue;
  budget: ByteBudget;
  readBody: BodyReader;
  nameClient: NameClient;
  findFacts: FindFacts;
  enrich: Enrich;
  telemetry: Telemetry;
  logger: Logger;
  now: () => number;
  isClosing: () => boolean;
  /** Undefined: no keys and no limits. */
  admit?: Admit | undefined;
  ledger?: Ledger;
}

/** Pages send their key in the URL, because a header would require a preflight for each request. */
const credentialsOf = ({ url = '', headers }: IncomingMessage, client: string) => ({
  keyInUrl: new URLSearchParams(url.split('?', 2)[1]).get('key') || undefined,
  origin: originOf(headers),
  client,
});

const refused = (refusal: Refusal): Refused => ({ refusal, events: 1 });

export function createEventLane(deps: EventLaneDeps): EventLane {
  const { budget, admit, nameClient, logger } = deps;
  const taker = createEventTaker(deps);
  deps.telemetry.gauge('millrace_ingestion_waiting_bytes', 'Bytes of requests in progress', [], (gauge) =>
    gauge.set(budget.used),
  );

  /** Some wires send the site's id in place of the key if no keys are required. */
  function senderOf({ keyNamesSite }: EventRoute, key: string | undefined, sender: Sender | undefined): WireSender {
    const hasKey = sender?.hasKey === true;
    const siteId = sender?.siteId ?? (keyNamesSite && !hasKey ? key : undefined);
    return { siteId, hasKey, isPublic: sender?.isPublic === true };
  }

  /** Undefined if the client has disconnected. */
  async function takeBody(route: EventRoute, req: IncomingMessage): Promise<Outcome | undefined> {
    const type = req.headers['content-type'];
    const wrongType = route.refuseType?.(type);
    if (wrongType) return refused(wrongType);
    const client = nameClient(req);
    const key = route.keyOf(req);
    const admission = admit && (await admit.admit({ ...credentialsOf(req, client), key }));
    if (admission?.refusal) return refused(admission.refusal);
    const holding = budget.hold(client);
    try {
      const body = await deps.readBody(req, holding);
      if (!body?.ok) return body && refused(body.refusal);
      const arrival = { facts: deps.findFacts(req), sender: admission?.sender, nothingAccepted: route.nothingAccepted };
      return await taker.take({
        ...arrival,
        parsed: route.parseBody(body.takeText(), senderOf(route, key, admission?.sender), type),
      });
    } finally {
      holding.release();
    }
  }

  async function takeAddress(route: EventRoute, req: IncomingMessage): Promise<Outcome> {
    const parsed = route.parseAddress!(req.url ?? '');
    const admission = admit && (await admit.admit({ ...credentialsOf(req, nameClient(req)), key: route.keyOf(req) }));
    // Link checkers and previews send HEAD, which validates the URL but stores nothing.
    const events = req.method === 'HEAD' ? 0 : 1;
    if (admission?.refusal) return { refusal: admission.refusal, events };
    const arrival = { facts: deps.findFacts(req), sender: admission?.sender, nothingAccepted: route.nothingAccepted };
    return events === 0 ? taker.check({ ...arrival, parsed }) : taker.take({ ...arrival, parsed });
  }

  function refuse(req: IncomingMessage, res: ServerResponse, reason: Refused): void {
    taker.countRefused(reason);
    logger.debug({ path: pathOf(req.url ?? ''), code: reason.refusal.code }, 'refused');
    answerRefusal(req, res, reason.refusal);
  }

  async function handle(route: EventRoute, req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (deps.isClosing()) return refuse(req, res, refused({ code: 'shutting_down' }));
    const outcome = req.method === 'POST' ? await takeBody(route, req) : await takeAddress(route, req);
    if (!outcome) return;
    if (outcome.refusal) refuse(req, res, outcome);
    else route.answer(req, res, outcome.validated);
  }

  return (req, res) => {
    const route = findRoute(req.url);
    if (!route) return false;
    if (req.method === 'OPTIONS') {
      res.writeHead(204, preflightHeaders(req.headers, route.methods));
      res.end();
    } else if (!route.methods.split(', ').includes(req.method ?? '')) {
      res.setHeader('allow', route.methods);
      answerRefusal(req, res, wrongMethod(route.methods));
    } else if ('reply' in route) {
      route.reply(req, res, pathOf(req.url ?? ''));
    } else {
      handle(route, req, res).catch((error) => {
        logger.error({ err: error }, 'could not handle events');
        if (!res.headersSent) answerRefusal(req, res, { code: 'internal_error' });
      });
    }
    return true;
  };
}
