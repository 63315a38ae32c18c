/** Turns the events whose types have a meaning of their own (payments, tournaments ...) into checked ones, amounts as decimals. */
import Joi from 'joi';
import type { EventRefusal, EventRefusalReason } from './event-refusal.js';

/** ISO 4217, as far as the runtime knows it. */
const currencies = new Set(Intl.supportedValuesOf('currency'));

/** Digits that every JSON number carries exactly. */
const exactDigits = 15;

/**
 * An amount of money is text, such as "12.50", and stays the decimal that it is. A number is taken where its digits are surely
 * those that were sent, and becomes that text: nothing is ever computed in binary fractions.
 */
const amount = (pattern: RegExp) =>
  Joi.any().custom((given: unknown, helpers) => {
    const text = typeof given === 'number' ? String(given) : given;
    if (typeof text !== 'string') return helpers.error('amount.type');
    if (typeof given === 'number' && text.replace(/\D/g, '').length > exactDigits)
      return helpers.error('amount.digits');
    return pattern.test(text) ? text : helpers.error('amount.format');
  });

const positive = amount(/^\d{1,12}(\.\d{1,6})?$/).required();
const signed = amount(/^-?\d{1,12}(\.\d{1,6})?$/).required();
const currency = Joi.string().custom((text: string, helpers) =>
  currencies.has(text) ? text : helpers.error('currency.unknown'),
);
const name = Joi.string().max(128).required();

const tournament = { tournament_id: name, format: name, players: Joi.number().integer().min(0).max(1e9).required() };

/** Properties that each type must or may have; others may stand beside them. */
const properties: Record<string, Joi.SchemaMap> = {
  signup: {},
  payment: {
    transaction_id: name,
    amount: positive,
    currency: currency.required(),
    status: Joi.valid('succeeded', 'failed').required(),
    interval: Joi.valid('month', 'year'),
  },
  refund: { transaction_id: name, amount: positive, currency: currency.required() },
  revenue: { amount: signed, currency: currency.required() },
  cost: { category: name, feature: name, amount: signed, currency: currency.required() },
  tournament_created: tournament,
  tournament_completed: {
    ...tournament,
    duration_minutes: Joi.number().min(0).max(1e9).required(),
    revenue: signed.optional(),
    // biome-ignore lint/suspicious/noThenProperty: the name that Joi gives it
    currency: Joi.when('revenue', { is: Joi.exist(), then: currency.required(), otherwise: currency }),
  },
};

/** Types whose properties are checked. */
export const typedEvents: ReadonlyMap<string, Joi.ObjectSchema> = new Map(
  Object.entries(properties).map(([type, keys]) => [
    type,
    Joi.object(keys)
      .unknown(true)
      .prefs({ convert: false, abortEarly: true, errors: { render: false } }),
  ]),
);

type Sentence = (field: string, context?: Joi.Context) => string;

const rules: Record<string, [EventRefusalReason, Sentence]> = {
  'any.required': ['missing_field', (field) => `${field} is required for this event_type`],
  'any.only': ['bad_format', (field, context) => `${field} must be one of ${context?.valids?.join(', ')}`],
  'string.base': ['wrong_type', (field) => `${field} must be a string`],
  'string.empty': ['empty', (field) => `${field} must not be empty`],
  'string.max': ['too_long', (field, context) => `${field} must have at most ${context?.limit} characters`],
  'number.base': ['wrong_type', (field) => `${field} must be a number`],
  'number.integer': ['wrong_type', (field) => `${field} must be a whole number`],
  'number.unsafe': ['out_of_range', (field) => `${field} is too large`],
  'number.min': ['out_of_range', (field, context) => `${field} must be at least ${context?.limit}`],
  'number.max': ['out_of_range', (field, context) => `${field} must be at most ${context?.limit}`],
  'amount.type': ['wrong_type', (field) => `${field} must be a decimal such as "12.50"`],
  'amount.digits': ['bad_format', (field) => `${field} has too many digits for a number; send it as text`],
  'amount.format': [
    'bad_format',
    (field) => `${field} must be a decimal such as "12.50": up to 12 digits, up to 6 after the point`,
  ],
  'currency.unknown': ['bad_format', (field) => `${field} must be a currency of ISO 4217 such as EUR`],
};

const missing = (field: string): EventRefusal => ({
  reason: 'missing_field',
  field,
  message: `${field} is required for this event_type`,
});

export interface TypedEvent {
  event_type: string;
  user_id?: string;
  properties?: Record<string, unknown>;
}

/**
 * Undefined for an event of any other type, and for one that keeps the rules of its type; amounts that were numbers are then
 * text in `event.properties`.
 */
export function checkTypedEvent(event: TypedEvent): EventRefusal | undefined {
  const schema = typedEvents.get(event.event_type);
  if (schema === undefined) return undefined;
  if (event.event_type === 'signup' && event.user_id === undefined) return missing('user_id');
  const { error, value } = schema.validate(event.properties ?? {});
  if (error === undefined) {
    if (event.properties !== undefined) event.properties = value;
    return undefined;
  }
  const { type, path, context } = error.details[0]!;
  const field = `properties.${path.join('.')}`;
  const [reason, sentence] = rules[type] ?? ['wrong_type', () => `${field} is invalid (${type})`];
  return { reason, field, message: sentence(field, context) };
}
