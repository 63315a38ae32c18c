/** Validation rules for events that clients send, and the messages of refusals. */
import Joi from 'joi';
import { keywords } from '../openapi/json-schema.js';
import { isExactNumber } from '../platform/exact-json.js';
import { instantPattern, parseInstant } from '../time/instant.js';
import { compileSchema } from './compile-schema.js';
import { hasMoreCharacters } from './count-characters.js';
import { allColumns, type Event } from './event-columns.js';
import { checkProperties, type PropertiesProblem, propertyLimits } from './event-properties.js';
import type { EventRefusal, EventRefusalReason } from './event-refusal.js';
import { checkVisitor, type SentVisitor, visitorProperties } from './sent-visitor.js';

/** An event as the client sent it, validated. */
export type IncomingEvent = Omit<Event, 'timestamp' | 'event_id' | 'client_time'> & {
  timestamp?: string;
  event_id?: string;
  /** When the client sent it, by the client's clock. */
  sent_at?: string | undefined;
  context?: SentVisitor | undefined;
};

/** Format only; the range is checked after clock correction, see `validateEvent`. */
const timestampSchema = Joi.string()
  .max(40)
  .custom((text: string, helpers) => (parseInstant(text) === undefined ? helpers.error('timestamp.format') : text))
  .meta(keywords({ pattern: instantPattern.source }));

const propertiesSchema = Joi.object()
  .custom((properties: object, helpers) => {
    if (isExactNumber(properties)) return helpers.error('object.base');
    const problem = checkProperties(properties);
    return problem ? helpers.error('properties.limit', problem) : properties;
  })
  .meta(keywords({ maxProperties: propertyLimits.keys }));

const visitorSchema = Joi.object()
  .custom((visitor: object, helpers) => {
    if (isExactNumber(visitor)) return helpers.error('object.base');
    const refusal = checkVisitor(visitor);
    return refusal ? helpers.error('visitor.field', { ...refusal }) : visitor;
  })
  .meta(keywords({ properties: visitorProperties, additionalProperties: false }));

const text = (limit: number) =>
  Joi.string()
    .custom((value: string, helpers) =>
      hasMoreCharacters(value, limit) ? helpers.error('string.max', { limit }) : value,
    )
    .meta(keywords({ maxLength: limit }));

/** Columns that need more than a length limit. `event_id` and `timestamp` are optional: ingestion fills them in. */
const specialRules: Record<string, Joi.Schema> = {
  site_id: text(64)
    .pattern(/^[A-Za-z0-9._-]+$/)
    .required(),
  timestamp: timestampSchema,
  event_id: text(128),
  properties: propertiesSchema,
};

function ruleOf({ name, characters = 0, mayBeEmpty, isRequired }: (typeof allColumns)[number]): Joi.Schema {
  const special = specialRules[name];
  if (special) return special;
  const rule = mayBeEmpty ? text(characters).allow('') : text(characters);
  return isRequired ? rule.required() : rule;
}

/** Without preferences, which Joi could not describe for {@link compileSchema}. */
export const eventRules = Joi.object({
  ...Object.fromEntries(allColumns.map((column) => [column.name, ruleOf(column)])),
  sent_at: timestampSchema,
  context: visitorSchema,
})
  .required()
  .with('event_id', 'timestamp');

/** The rules as Joi runs them, to explain refusals. */
export const eventSchema = eventRules.prefs({ convert: false, abortEarly: true, errors: { render: false } });

/** The compiled rules, which accept valid events in a tenth of the time. */
export const acceptEvent = compileSchema(eventRules);

type JoiDetail = Joi.ValidationErrorItem;
type Rule = [EventRefusalReason, (field: string, detail: JoiDetail) => string];

export const notAField = (field: string) => `${field} is not a field of an event; put it into properties`;

/** Joi's error types with our reason and a message that names field and rule. */
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
    (field) => `${field} must contain only letters, digits, dots, underscores and hyphens`,
  ],
  'timestamp.format': [
    'bad_format',
    (field) => `${field} must be a valid ISO 8601 time with a zone, such as 2025-11-14T10:00:00Z`,
  ],
};

export const notAnObject = {
  ok: false,
  reason: 'not_an_object',
  field: '',
  message: 'an event must be a JSON object',
} as const;

/** Explains a validation error of Joi. */
export function refuseEvent(detail: JoiDetail): { ok: false } & EventRefusal {
  if (detail.path.length === 0 && detail.type === 'object.base') return notAnObject;
  const field = detail.type === 'object.with' ? 'timestamp' : String(detail.path[0] ?? '').slice(0, 64);
  if (detail.type === 'object.base') {
    return { ok: false, reason: 'wrong_type', field, message: `${field} must be an object` };
  }
  if (detail.type === 'visitor.field') return { ok: false, ...(detail.context as unknown as EventRefusal) };
  if (detail.type === 'properties.limit') {
    const { problem, field } = detail.context as unknown as PropertiesProblem;
    const reason = field === 'properties' ? 'too_complex' : 'out_of_range';
    return { ok: false, reason, field, message: `${field} ${problem}` };
  }
  const [reason, sentence] = rules[detail.type] ?? ['wrong_type', () => `${field} is invalid (${detail.type})`];
  return { ok: false, reason, field, message: sentence(field, detail) };
}
