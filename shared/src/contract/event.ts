/** Checks an event that was sent, and completes it for the queue. */

import { isExactNumber, stringifyExactJson } from '../platform/exact-json.js';
import { parseInstant } from '../time/instant.js';
import { correctClock } from './correct-clock.js';
import { type Event, hasContext, withAllColumns } from './event-columns.js';
import { toEventId } from './event-id.js';
import type { EventRefusal } from './event-refusal.js';
import { acceptEvent, eventSchema, type IncomingEvent, notAField, notAnObject, refuseEvent } from './event-rules.js';
import { arrivalText, cutToMicroseconds } from './event-time.js';
import { makeValueStorable } from './make-storable.js';
import { normalizeHost, normalizeReferrer } from './normalize-host.js';
import type { SentVisitor } from './sent-visitor.js';
import { checkTypedEvent, typedEvents } from './typed-events.js';
import { withoutAbsentFields } from './without-absent-fields.js';

export interface AcceptedEvent {
  ok: true;
  event: Event;
  /** What a server says of the visitor; it never goes further than ingestion. */
  visitor?: SentVisitor | undefined;
  /** Whether the event has any of `contextColumns`. */
  hasContext: boolean;
}

export type EventResult = AcceptedEvent | ({ ok: false } & EventRefusal);

const earliestMs = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;

const outOfRange = {
  ok: false,
  reason: 'out_of_range',
  field: 'timestamp',
  message: 'timestamp must lie between 2000-01-01 and 24 hours from now',
} as const;

/** What other tools call a view. */
const viewNames: ReadonlySet<string> = new Set(['pageview', 'page_view', '$pageview']);

/** The type under which events of a type are stored. */
export const storedEventType = (sent: string): string => (viewNames.has(sent) ? 'view' : sent);

/**
 * Checks one parsed event and completes it: an absent timestamp is the time of arrival, one of a clock that is wrong is
 * corrected, `event_id` becomes a UUID.
 * @param nowMs time of arrival, milliseconds since 1970
 */
export function validateEvent(input: unknown, nowMs: number): EventResult {
  const accepted = acceptEvent(input);
  if (accepted) return completeEvent(accepted as unknown as IncomingEvent, nowMs);
  if (isExactNumber(input)) return notAnObject;
  // Without options, which would cost Joi a quarter of its time for each event.
  const { error, value } = eventSchema.validate(withoutAbsentFields(input));
  if (error) return refuseEvent(error.details[0]!);
  // The one unknown field that Joi drops instead of refusing.
  if (Object.hasOwn(input as object, '__proto__')) {
    return { ok: false, reason: 'unknown_field', field: '__proto__', message: notAField('__proto__') };
  }
  return completeEvent(value as IncomingEvent, nowMs);
}

function completeEvent(given: IncomingEvent, nowMs: number): EventResult {
  const { sent_at: sentAt, context: visitor } = given;
  const isDescribed = hasContext(given);
  // What is not known of it yet is going to be filled in.
  const sent = isDescribed || visitor !== undefined ? withAllColumns(given) : given;
  // Undefined is not written; to delete a field would make all work with the event slow.
  if (sentAt !== undefined) sent.sent_at = undefined;
  if (visitor !== undefined) sent.context = undefined;
  const event = sent as Event;
  if (sent.timestamp === undefined) event.timestamp = arrivalText(nowMs);
  else {
    event.timestamp = cutToMicroseconds(sent.timestamp);
    if (sentAt !== undefined) correctClock(event, parseInstant(sentAt)!, nowMs);
    // Undefined for a corrected time that no calendar of four digits holds.
    const instantMs = parseInstant(event.timestamp) ?? 0;
    if (instantMs < earliestMs || instantMs > nowMs + dayMs) return outOfRange;
  }
  if (event.referrer !== undefined) event.referrer = normalizeReferrer(event.referrer);
  if (!event.path.startsWith('/')) event.path = normalizeHost(event.path);
  event.event_type = storedEventType(event.event_type);
  event.event_id = toEventId(event.event_id, nowMs);
  // A payment is one, whatever program reports it.
  if (event.bot !== undefined && typedEvents.has(event.event_type)) event.bot = undefined;
  const refusal = checkTypedEvent(event);
  return refusal ? { ok: false, ...refusal } : { ok: true, event, visitor, hasContext: isDescribed };
}

/**
 * The JSON text of an event as Postgres can store it: NUL and lone surrogates, which `text` and `jsonb` refuse, become
 * U+FFFD, in keys too. Numbers have the digits that were sent.
 */
export function serializeEvent(event: Event): string {
  const text = JSON.stringify(event);
  // All of these show as escapes in the text, so that this cheap look finds every case (and a few harmless others).
  return text.includes('\\u') ? stringifyExactJson(makeValueStorable(event)) : text;
}
