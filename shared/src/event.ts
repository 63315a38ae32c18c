/** Turns what a client sent into an event by the rules of the event table, or into the reason why it is none. */
import Joi from 'joi';
import { toEventId } from './event-id.js';
import { checkProperties } from './event-properties.js';
import type { EventRefusal, EventRefusalReason } from './event-refusal.js';
import { parseInstant } from './instant.js';
import { checkTypedEvent } from './typed-events.js';

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
}

export type EventResult = { ok: true; event: Event } | ({ ok: false } & EventRefusal);

const earliestMs = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;

/** Format and range; the end of the range moves with the clock, so that {@link validateEvent} checks it. */
const timestampSchema = Joi.string()
  .max(40)
  .custom((text: string, helpers) => {
    const instantMs = parseInstant(text);
    if (instantMs === undefined) return helpers.error('timestamp.format');
    return instantMs < earliestMs ? helpers.error('timestamp.range') : text;
  });

const propertiesSchema = Joi.object().custom((properties: object, helpers) => {
  const problem = checkProperties(properties);
  return problem ? helpers.error('properties.limit', { problem }) : properties;
});

const name = (max: number) => Joi.string().max(max);

/** The rules of an event. */
export const eventSchema = Joi.object({
  site_id: name(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .required(),
  event_type: name(64).required(),
  path: name(2048).allow('').required(),
  user_id: name(128),
  session_id: name(128),
  profile_id: name(128),
  timestamp: timestampSchema,
  event_id: name(128),
  referrer: name(2048).allow(''),
  properties: propertiesSchema,
})
  .required()
  .with('event_id', 'timestamp')
  .prefs({ convert: false, abortEarly: true, errors: { render: false } });

type JoiDetail = Joi.ValidationErrorItem;
type Rule = [EventRefusalReason, (field: string, detail: JoiDetail) => string];

/** Joi's error types, each with our reason and a sentence that names field and rule. */
const rules: Record<string, Rule> = {
  'any.required': ['missing_field', (field) => `${field} is required`],
  'object.with': [
    'missing_field',
    () => 'timestamp is required when event_id is given, so that a retry is the same event',
  ],
  'object.unknown': ['unknown_field', (field) => `${field} is not a field of an event`],
  'string.base': ['wrong_type', (field) => `${field} must be a string`],
  'string.empty': ['empty', (field) => `${field} must not be empty; leave it out instead`],
  'string.max': ['too_long', (field, { context }) => `${field} must have at most ${context?.limit} characters`],
  'string.pattern.base': [
    'bad_format',
    (field) => `${field} may hold only letters, digits, dot, underscore and hyphen`,
  ],
  'timestamp.format': [
    'bad_format',
    () => 'timestamp must be a real ISO 8601 time with a zone, such as 2025-11-14T10:00:00Z',
  ],
  'timestamp.range': ['out_of_range', () => outOfRange.message],
  'properties.limit': ['too_complex', (_field, { context }) => `properties ${context?.problem}`],
};

const outOfRange = {
  ok: false,
  reason: 'out_of_range',
  field: 'timestamp',
  message: 'timestamp must lie between 2000-01-01 and 24 hours from now',
} as const;

function refuse(detail: JoiDetail): EventResult {
  if (detail.path.length === 0 && detail.type === 'object.base') {
    return { ok: false, reason: 'not_an_object', field: '', message: 'an event must be a JSON object' };
  }
  if (detail.type === 'object.base') {
    return { ok: false, reason: 'wrong_type', field: 'properties', message: 'properties must be an object' };
  }
  const field = detail.type === 'object.with' ? 'timestamp' : String(detail.path[0] ?? '').slice(0, 64);
  const [reason, sentence] = rules[detail.type] ?? ['wrong_type', () => `${field} is invalid (${detail.type})`];
  return { ok: false, reason, field, message: sentence(field, detail) };
}

/**
 * Checks one parsed event and completes it: an absent timestamp is the time of arrival, `event_id` becomes a UUID.
 * @param nowMs time of arrival, milliseconds since 1970
 */
export function validateEvent(input: unknown, nowMs: number): EventResult {
  // Without options, which would cost Joi a quarter of its time for each event.
  const { error, value } = eventSchema.validate(input);
  if (error) return refuse(error.details[0] as JoiDetail);
  // The one unknown field that Joi drops instead of refusing.
  if (Object.hasOwn(input as object, '__proto__')) {
    return { ok: false, reason: 'unknown_field', field: '__proto__', message: '__proto__ is not a field of an event' };
  }
  const event = value as Event & { timestamp?: string; event_id?: string };
  const { timestamp } = event;
  if (timestamp !== undefined && parseInstant(timestamp)! > nowMs + dayMs) return outOfRange;
  event.timestamp = timestamp === undefined ? new Date(nowMs).toISOString() : cutToMicroseconds(timestamp);
  event.event_id = toEventId(event.event_id, nowMs);
  const refusal = checkTypedEvent(event);
  return refusal ? { ok: false, ...refusal } : { ok: true, event };
}

/** Drops digits beyond microseconds, which Postgres would round, at worst into another month. */
function cutToMicroseconds(timestamp: string): string {
  return timestamp.length > 27 ? timestamp.replace(/(\.\d{6})\d+/, '$1') : timestamp;
}

/**
 * The JSON text of an event as Postgres can store it: NUL and lone surrogates, which `text` and `jsonb` refuse, become
 * U+FFFD, in keys too.
 */
export function serializeEvent(event: Event): string {
  const text = JSON.stringify(event);
  // JSON.stringify writes both only as escapes, so that this cheap look finds every case (and a few harmless others).
  return text.includes('\\u') ? JSON.stringify(replaceUnstorable(event)) : text;
}

/** Recursion is bounded: properties are at most five levels deep. */
function replaceUnstorable(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '\uFFFD');
  if (Array.isArray(value)) return value.map(replaceUnstorable);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [replaceUnstorable(key) as string, replaceUnstorable(inner)]),
  );
}
