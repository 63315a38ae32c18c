/** The rules of an event, and why something is none. */
import Joi from 'joi';
import { compileSchema } from './compile-schema.js';
import { correctClock } from './correct-clock.js';
import { hasMoreCharacters } from './count-characters.js';
import { toEventId } from './event-id.js';
import { checkProperties, type PropertiesProblem } from './event-properties.js';
import type { EventRefusal, EventRefusalReason } from './event-refusal.js';
import { arrivalText, cutToMicroseconds } from './event-time.js';
import { isExactNumber, stringifyExactJson } from './exact-json.js';
import { parseInstant } from './instant.js';
import { makeValueStorable } from './make-storable.js';
import { normalizeHost, normalizeReferrer } from './normalize-host.js';
import { checkTypedEvent } from './typed-events.js';
import { withoutNulls } from './without-nulls.js';

/** An event as it travels through the queue into table `events`; field names are the table's columns. */
export interface Event {
  site_id: string;
  event_type: string;
  path: string;
  /** ISO 8601 with zone, at most microseconds. */
  timestamp: string;
  /** UUID. */
  event_id: string;
  user_id?: string;
  session_id?: string;
  profile_id?: string;
  referrer?: string;
  properties?: Record<string, unknown>;
  /**
   * The timestamp as its client wrote it, of an event with an id of its own that came with `sent_at`: `timestamp` may be
   * another one with each delivery, and a retry is known by this.
   */
  client_time?: string;
}

export type EventResult = { ok: true; event: Event } | ({ ok: false } & EventRefusal);

const earliestMs = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;

/** The format only: the range is that of the corrected time, see {@link validateEvent}. */
const timestampSchema = Joi.string()
  .max(40)
  .custom((text: string, helpers) => (parseInstant(text) === undefined ? helpers.error('timestamp.format') : text));

const propertiesSchema = Joi.object().custom((properties: object, helpers) => {
  if (isExactNumber(properties)) return helpers.error('object.base');
  const problem = checkProperties(properties);
  return problem ? helpers.error('properties.limit', problem) : properties;
});

const name = (limit: number) =>
  Joi.string().custom((text: string, helpers) =>
    hasMoreCharacters(text, limit) ? helpers.error('string.max', { limit }) : text,
  );

/** The rules of an event, without preferences, which Joi could not describe for {@link compileSchema}. */
export const eventRules = Joi.object({
  site_id: name(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .required(),
  event_type: name(64).required(),
  path: name(2048).allow('').required(),
  user_id: name(128),
  session_id: name(128),
  profile_id: name(128),
  timestamp: timestampSchema,
  sent_at: timestampSchema,
  event_id: name(128),
  referrer: name(2048).allow(''),
  properties: propertiesSchema,
})
  .required()
  .with('event_id', 'timestamp');

/** Joi's own form of the rules, which words refusals. */
export const eventSchema = eventRules.prefs({ convert: false, abortEarly: true, errors: { render: false } });

/** Its compiled form, which accepts what is right in a tenth of the time. */
const acceptEvent = compileSchema(eventRules);

type JoiDetail = Joi.ValidationErrorItem;
type Rule = [EventRefusalReason, (field: string, detail: JoiDetail) => string];

const notAField = (field: string) => `${field} is not a field of an event; put it into properties`;

/** Joi's error types, each with our reason and a sentence that names field and rule. */
const rules: Record<string, Rule> = {
  'any.required': ['missing_field', (field) => `${field} is required`],
  'object.with': [
    'missing_field',
    () => 'timestamp is required when event_id is given, so that a retry is the same event',
  ],
  'object.unknown': ['unknown_field', notAField],
  'string.base': ['wrong_type', (field) => `${field} must be a string`],
  'string.empty': ['empty', (field) => `${field} must not be empty; leave it out instead`],
  'string.max': ['too_long', (field, { context }) => `${field} must have at most ${context?.limit} characters`],
  'string.pattern.base': [
    'bad_format',
    (field) => `${field} may hold only letters, digits, dot, underscore and hyphen`,
  ],
  'timestamp.format': [
    'bad_format',
    (field) => `${field} must be a real ISO 8601 time with a zone, such as 2025-11-14T10:00:00Z`,
  ],
};

const outOfRange = {
  ok: false,
  reason: 'out_of_range',
  field: 'timestamp',
  message: 'timestamp must lie between 2000-01-01 and 24 hours from now',
} as const;

const notAnObject = {
  ok: false,
  reason: 'not_an_object',
  field: '',
  message: 'an event must be a JSON object',
} as const;

function refuse(detail: JoiDetail): EventResult {
  if (detail.path.length === 0 && detail.type === 'object.base') return notAnObject;
  if (detail.type === 'object.base') {
    return { ok: false, reason: 'wrong_type', field: 'properties', message: 'properties must be an object' };
  }
  if (detail.type === 'properties.limit') {
    const { problem, field } = detail.context as unknown as PropertiesProblem;
    const reason = field === 'properties' ? 'too_complex' : 'out_of_range';
    return { ok: false, reason, field, message: `${field} ${problem}` };
  }
  const field = detail.type === 'object.with' ? 'timestamp' : String(detail.path[0] ?? '').slice(0, 64);
  const [reason, sentence] = rules[detail.type] ?? ['wrong_type', () => `${field} is invalid (${detail.type})`];
  return { ok: false, reason, field, message: sentence(field, detail) };
}

/** What other tools call a view. */
const viewNames: ReadonlySet<string> = new Set(['pageview', 'page_view', '$pageview']);

type SentEvent = Omit<Event, 'timestamp' | 'event_id'> & { timestamp?: string; event_id?: string; sent_at?: string };

/**
 * Checks one parsed event and completes it: an absent timestamp is the time of arrival, one of a clock that is wrong is
 * corrected, `event_id` becomes a UUID.
 * @param nowMs time of arrival, milliseconds since 1970
 */
export function validateEvent(input: unknown, nowMs: number): EventResult {
  const accepted = acceptEvent(input);
  if (accepted) return completeEvent(accepted as unknown as SentEvent, nowMs);
  if (isExactNumber(input)) return notAnObject;
  // Without options, which would cost Joi a quarter of its time for each event.
  const { error, value } = eventSchema.validate(withoutNulls(input));
  if (error) return refuse(error.details[0] as JoiDetail);
  // The one unknown field that Joi drops instead of refusing.
  if (Object.hasOwn(input as object, '__proto__')) {
    return { ok: false, reason: 'unknown_field', field: '__proto__', message: notAField('__proto__') };
  }
  return completeEvent(value as SentEvent, nowMs);
}

function completeEvent(sent: SentEvent, nowMs: number): EventResult {
  const { sent_at: sentAt } = sent;
  if (sentAt !== undefined) delete sent.sent_at;
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
  if (viewNames.has(event.event_type)) event.event_type = 'view';
  event.event_id = toEventId(event.event_id, nowMs);
  const refusal = checkTypedEvent(event);
  return refusal ? { ok: false, ...refusal } : { ok: true, event };
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
