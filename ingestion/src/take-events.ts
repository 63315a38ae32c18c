/** Validates, enriches, counts and enqueues candidate events. */
import type { Refusal } from '@millrace/shared/platform/errors';
import type { Telemetry } from '@millrace/shared/platform/telemetry';
import type { Admit, Sender } from './admit-request.js';
import type { EnqueueOutcome, EventQueue } from './enqueue-events.js';
import type { Enrich } from './enrich/enrich-event.js';
import type { Facts } from './facts.js';
import type { Ledger } from './ledger.js';
import type { ParseResult } from './parse-events.js';
import { type EventBatch, type RejectedEvent, type ValidatedEvents, validateEvents } from './validate-events.js';

/** A refusal, and the number of refused events that are not counted yet. */
export interface Refused {
  refusal: Refusal;
  events: number;
}
export type Outcome = Refused | { refusal?: undefined; validated: ValidatedEvents };

/** Of one request. */
interface Arrival {
  parsed: ParseResult;
  /** Of a page. */
  facts: Facts | undefined;
  sender: Sender | undefined;
  nothingAccepted: (rejected: RejectedEvent[]) => Refusal;
}

export interface EventTaker {
  /** Validates, counts and enqueues. */
  take(arrival: Arrival): Promise<Outcome>;
  /** Validates only. */
  check(arrival: Arrival): Outcome;
  /** Counts events that were refused before validation. */
  countRefused(refused: Refused): void;
}

export interface EventTakerDeps {
  events: EventQueue;
  telemetry: Telemetry;
  now: () => number;
  /** Undefined: no keys and no limits. */
  admit?: Admit | undefined;
  enrich: Enrich;
  /** Optional for tests. */
  ledger?: Ledger;
}

export function createEventTaker({ events, telemetry, now, admit, enrich, ledger }: EventTakerDeps): EventTaker {
  const received = telemetry.counter('millrace_ingestion_received_events_total', 'Received events, valid or not');
  const refused = telemetry.counter('millrace_ingestion_rejected_events_total', 'Events refused, by reason', [
    'reason',
  ]);

  function refuse(reason: string, count = 1): void {
    refused.inc({ reason }, count);
    ledger?.reject(count);
  }

  function validate(candidates: unknown[], { facts, sender }: Arrival): ValidatedEvents | undefined {
    return validateEvents(candidates, {
      nowMs: now(),
      siteId: sender?.siteId ?? undefined,
      isPublic: sender?.isPublic,
      enrich: (accepted) => enrich(accepted, facts),
    });
  }

  /** Not async, so that only the events of a large batch stay in memory while they are enqueued. */
  function prepare(arrival: Arrival): Outcome {
    const { parsed, nothingAccepted } = arrival;
    if (!parsed.ok) return { refusal: parsed.refusal, events: 1 };
    const validated = validate(parsed.candidates, arrival);
    if (!validated) return { refusal: { code: 'database_unavailable' }, events: parsed.candidates.length };
    received.inc(parsed.candidates.length);
    for (const { reason } of validated.rejected) refuse(reason);
    if (validated.accepted === 0 && validated.rejected.length > 0) {
      return { refusal: nothingAccepted(validated.rejected), events: 0 };
    }
    return { validated };
  }

  /** Resolves when all events are durable, or with the reason why some may not be, and their number. */
  async function enqueue(batches: EventBatch[]): Promise<{ reason: EnqueueOutcome; lost: number }> {
    const [only] = batches;
    if (only && batches.length === 1) {
      const reason = await events.enqueue(only);
      if (reason) refuse(reason, only.count);
      return { reason, lost: reason ? only.count : 0 };
    }
    const outcomes = await Promise.all(batches.map(events.enqueue));
    let lost = 0;
    batches.forEach(({ count }, index) => {
      const reason = outcomes[index];
      if (!reason) return;
      refuse(reason, count);
      lost += count;
    });
    const failures = outcomes.filter((outcome) => outcome !== undefined);
    // Part of the request may be stored. Only a retry with the same ids is safe, which `overloaded` would not tell the client.
    return { reason: failures.length < outcomes.length && lost > 0 ? 'queue_unavailable' : failures[0], lost };
  }

  /** Counts the prepared events, then enqueues them. */
  async function store(prepared: Outcome, sender: Sender | undefined): Promise<Outcome> {
    if (prepared.refusal) return prepared;
    const { validated } = prepared;
    const tooMany = sender && (await admit?.count(sender, validated.accepted));
    if (tooMany) {
      refuse(tooMany.code, validated.accepted);
      return { refusal: tooMany, events: 0 };
    }
    const { reason, lost } = await enqueue(validated.batches);
    if (!reason) return { validated };
    if (sender) await admit?.refund(sender, lost);
    return { refusal: { code: reason }, events: 0 };
  }

  return {
    take: (arrival) => store(prepare(arrival), arrival.sender),
    check(arrival) {
      const { parsed, nothingAccepted } = arrival;
      if (!parsed.ok) return { refusal: parsed.refusal, events: 0 };
      const validated = validate(parsed.candidates, arrival);
      if (!validated) return { refusal: { code: 'database_unavailable' }, events: 0 };
      if (validated.rejected.length > 0) return { refusal: nothingAccepted(validated.rejected), events: 0 };
      return { validated };
    },
    countRefused({ refusal, events: count }) {
      if (count === 0) return;
      received.inc(count);
      refuse(refusal.code, count);
    },
  };
}
