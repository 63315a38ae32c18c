import { isExactNumber, stringifyExactJson } from '../platform/exact-json.js';
import { dayMs } from '../time/durations.js';
import { parseInstant } from '../time/instant.js';
import { correctClock } from './correct-clock.js';
import { allColumns, contextColumns, type Event, hasContext, withAllColumns } from './event-columns.js';
import { toEventId } from './event-id.js';
import type { EventRefusal } from './event-refusal.js';
import { acceptEvent, eventSchema, type IncomingEvent, notAField, notAnObject, refuseEvent } from './event-rules.js';
import { makeValueStorable } from './make-storable.js';
import { normalizeHost, normalizeReferrer } from './normalize-host.js';
import type { SentVisitor } from './sent-visitor.js';
import { checkTypedEvent, typedEvents } from './typed-events.js';

export interface AcceptedEvent {
  ok: true;
  event: Event;
  /** Passed on by a server; used in ingestion only, never stored. */
  visitor?: SentVisitor | undefined;
  /** Whether the event has any of `contextColumns`. */
  hasContext: boolean;
}

export type EventResult = AcceptedEvent | ({ ok: false } & EventRefusal);

const earliestMs = Date.UTC(2000, 0, 1);
const outOfRange = {
  ok: false,
  reason: 'out_of_range',
  field: 'timestamp',
  message: 'timestamp must lie between 2000-01-01 and 24 hours from now',
} as const;

/** What other tools call page views. */
export const viewNames: ReadonlySet<string> = new Set(['pageview', 'page_view', '$pageview']);

/** The type under which events are stored. */
export const storedEventType = (sent: string): string => (viewNames.has(sent) ? 'view' : sent);

/** Many events of a batch have the same arrival time. */
let arrival = { ms: Number.NaN, text: '' };

function arrivalText(ms: number): string {
  if (arrival.ms !== ms) arrival = { ms, text: new Date(ms).toISOString() };
  return arrival.text;
}

/** Drops digits beyond microseconds, which Postgres would round, possibly into another month. */
const cutToMicroseconds = (timestamp: string): string =>
  timestamp.length > 27 ? timestamp.replace(/(\.\d{6})\d+/, '$1') : timestamp;

const optionalColumns = allColumns.filter(
  ({ name, isRequired }) => !isRequired || name === 'timestamp' || name === 'event_id',
);
const optionalFields = new Set([...optionalColumns.map(({ name }) => name), 'sent_at', 'context']);
const contextFields = new Set<string>(contextColumns);

/** Whether sending `value` in a field is the same as leaving the field out. */
export const isAbsent = (field: string, value: unknown): boolean =>
  value === null ? optionalFields.has(field) : value === '' && contextFields.has(field);

/**
 * A copy without optional fields that are null and context fields that are empty: many clients send null for fields that they do
 * not have, and pages send empty text, for example the title of a page without one.
 */
function withoutAbsentFields(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  const fields = Object.entries(input);
  const kept = fields.filter(([field, value]) => !isAbsent(field, value));
  return kept.length === fields.length ? input : Object.fromEntries(kept);
}

/**
 * Validates and completes one parsed event: a missing timestamp becomes the time of arrival, a wrong clock is corrected, and
 * `event_id` becomes a UUID.
 * @param nowMs time of arrival, milliseconds since 1970
 */
export function validateEvent(input: unknown, nowMs: number): EventResult {
  const accepted = acceptEvent(input);
  if (accepted) return completeEvent(accepted as unknown as IncomingEvent, nowMs);
  if (isExactNumber(input)) return notAnObject;
  // Without options, which would cost Joi a quarter of its time per event.
  const { error, value } = eventSchema.validate(withoutAbsentFields(input));
  if (error) return refuseEvent(error.details[0]!);
  // The only unknown field that Joi drops instead of refusing.
  if (Object.hasOwn(input as object, '__proto__')) {
    return { ok: false, reason: 'unknown_field', field: '__proto__', message: notAField('__proto__') };
  }
  return completeEvent(value as IncomingEvent, nowMs);
}

function completeEvent(given: IncomingEvent, nowMs: number): EventResult {
  const { sent_at: sentAt, context: visitor } = given;
  const isDescribed = hasContext(given);
  // Ingestion will fill in the missing columns.
  const sent = isDescribed || visitor !== undefined ? withAllColumns(given) : given;
  // JSON omits undefined; deleting a field would make the object slow.
  if (sentAt !== undefined) sent.sent_at = undefined;
  if (visitor !== undefined) sent.context = undefined;
  const event = sent as Event;
  if (sent.timestamp === undefined) event.timestamp = arrivalText(nowMs);
  else {
    event.timestamp = cutToMicroseconds(sent.timestamp);
    if (sentAt !== undefined) correctClock(event, parseInstant(sentAt)!, nowMs);
    // Undefined if the corrected year has more than four digits.
    const instantMs = parseInstant(event.timestamp) ?? 0;
    if (instantMs < earliestMs || instantMs > nowMs + dayMs) return outOfRange;
  }
  if (event.referrer !== undefined) event.referrer = normalizeReferrer(event.referrer);
  if (!event.path.startsWith('/')) event.path = normalizeHost(event.path);
  event.event_type = storedEventType(event.event_type);
  event.event_id = toEventId(event.event_id, nowMs);
  // A payment is a payment, whatever client reports it.
  if (event.bot !== undefined && typedEvents.has(event.event_type)) event.bot = undefined;
  const refusal = checkTypedEvent(event);
  return refusal ? { ok: false, ...refusal } : { ok: true, event, visitor, hasContext: isDescribed };
}

/**
 * The JSON text of an event, storable in Postgres: NUL and lone surrogates, which `text` and `jsonb` reject, become U+FFFD, in
 * keys too. Numbers keep the digits that were sent.
 */
export function serializeEvent(event: Event): string {
  const text = JSON.stringify(event);
  // All of these appear as escapes in the text, so this cheap test finds every case, and a few harmless others.
  return text.includes('\\u') ? stringifyExactJson(makeValueStorable(event)) : text;
}
