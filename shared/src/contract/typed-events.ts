/** Validates event types with a fixed meaning, such as payments and tournaments, and converts amounts to decimals. */
import Joi from 'joi';
import { keywords } from '../openapi/json-schema.js';
import { exactDigits, isExactNumber } from '../platform/exact-json.js';
import { hasMoreCharacters } from './count-characters.js';
import type { EventRefusal, EventRefusalReason } from './event-refusal.js';

/** The ISO 4217 codes that the runtime supports. */
const currencies = new Set(Intl.supportedValuesOf('currency'));

/** A number as the digits that were sent; any other value unchanged. */
function digitsOf(given: unknown): unknown {
  if (typeof given === 'number') return String(given);
  return isExactNumber(given) ? exactDigits(given) : given;
}

/** A number must fit the pattern too once it is text: a double of 12 digits before the point is less than 1e12. */
const amountKeywords = (pattern: RegExp, isPositive: boolean) => ({
  description:
    'A decimal with up to 12 digits before and 6 after the point. A number becomes text with the digits that were sent.',
  anyOf: [
    { type: 'string', pattern: pattern.source },
    { type: 'number', ...(isPositive ? { minimum: 0 } : { exclusiveMinimum: -1e12 }), exclusiveMaximum: 1e12 },
  ],
  examples: ['12.50'],
});

/**
 * An amount of money is a decimal string such as "12.50". A number becomes a string with the digits that were sent; amounts are
 * never computed as binary floating point.
 */
const amount = (pattern: RegExp, problem: 'amount.format' | 'amount.positive') =>
  Joi.any()
    .custom((given: unknown, helpers) => {
      const text = digitsOf(given);
      if (typeof text !== 'string') return helpers.error('amount.type');
      return pattern.test(text) ? text : helpers.error(problem);
    })
    .meta(keywords(amountKeywords(pattern, problem === 'amount.positive')));

const maxQuantity = 1e9;

/** A number from 0 to 1e9 that keeps its digits. */
const quantity = Joi.any()
  .custom((given: unknown, helpers) => {
    const number = isExactNumber(given) ? Number(exactDigits(given)) : given;
    if (typeof number !== 'number') return helpers.error('number.base');
    if (number < 0) return helpers.error('number.min', { limit: 0 });
    return number > maxQuantity ? helpers.error('number.max', { limit: maxQuantity }) : given;
  })
  .meta(keywords({ type: 'number', minimum: 0, maximum: maxQuantity }));

/** Whole numbers of this size are exact as doubles. */
const wholeQuantity = quantity
  .custom((given: unknown, helpers) => (Number.isInteger(given) ? given : helpers.error('number.integer')))
  .meta(keywords({ type: 'integer' }));

const positive = amount(/^\d{1,12}(\.\d{1,6})?$/, 'amount.positive').required();
const signed = amount(/^-?\d{1,12}(\.\d{1,6})?$/, 'amount.format').required();
const currencyKeywords = keywords({ pattern: '^[A-Z]{3}$', description: 'An ISO 4217 code.', examples: ['EUR'] });
const currency = Joi.string()
  .custom((text: string, helpers) => (currencies.has(text) ? text : helpers.error('currency.unknown')))
  .meta(currencyKeywords);
const name = Joi.string()
  .custom((text: string, helpers) =>
    hasMoreCharacters(text, 128) ? helpers.error('string.max', { limit: 128 }) : text,
  )
  .meta(keywords({ maxLength: 128 }))
  .required();

/** May be absent or null. */
const optionalName = name.optional().empty(null);
/** Without an id, a subscription is what one user pays for one profile in one currency. */
const subscription = { subscription_id: optionalName };
/** Time between payments: `interval_count` times `interval`. */
const interval = Joi.valid('day', 'week', 'month', 'quarter', 'year');
const intervalCount = Joi.number().integer().min(1).max(366).empty(null);

const tournament = { tournament_id: name, format: name, players: wholeQuantity.required() };

/** Properties that each type must or may have; other properties are allowed. */
const properties: Record<string, Joi.SchemaMap> = {
  signup: {},
  payment: {
    transaction_id: name,
    amount: positive,
    currency: currency.required(),
    status: Joi.valid('succeeded', 'failed').required(),
    ...subscription,
    interval: interval.empty(null),
    interval_count: intervalCount,
  },
  refund: { transaction_id: name, refund_id: optionalName, amount: positive, currency: currency.required() },
  subscription_changed: {
    ...subscription,
    amount: positive,
    currency: currency.required(),
    interval: interval.required(),
    interval_count: intervalCount,
  },
  subscription_canceled: {
    ...subscription,
    currency: currency.empty(null),
    ends: Joi.valid('now', 'period_end').empty(null),
  },
  revenue: { amount: signed, currency: currency.required() },
  cost: { category: name, feature: name, amount: signed, currency: currency.required() },
  tournament_created: tournament,
  tournament_completed: {
    ...tournament,
    duration_minutes: quantity.required(),
    revenue: signed.optional().empty(null),
    // biome-ignore lint/suspicious/noThenProperty: the name that Joi gives it
    currency: Joi.when('revenue', { is: Joi.exist(), then: currency.required(), otherwise: currency })
      .meta(currencyKeywords)
      .empty(null),
  },
};

/** Event types whose properties are validated. */
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
  'number.min': ['out_of_range', (field, context) => `${field} must be at least ${context?.limit}`],
  'number.max': ['out_of_range', (field, context) => `${field} must be at most ${context?.limit}`],
  'amount.type': ['wrong_type', (field) => `${field} must be a decimal such as "12.50"`],
  'amount.format': [
    'bad_format',
    (field) => `${field} must be a decimal such as "12.50": up to 12 digits, up to 6 after the point`,
  ],
  'amount.positive': [
    'bad_format',
    (field) => `${field} must be a decimal such as "12.50" and not negative: up to 12 digits, up to 6 after the point`,
  ],
  'currency.unknown': ['bad_format', (field) => `${field} must be an ISO 4217 currency such as EUR`],
};

const missing = (field: string, message = `${field} is required for this event_type`): EventRefusal => ({
  reason: 'missing_field',
  field,
  message,
});

const isGiven = (value: unknown) => value !== undefined && value !== null;

/** A subscription payment must have an interval; without one it would count as a one-time sale. */
function checkInterval({ interval, ...given }: Record<string, unknown>): EventRefusal | undefined {
  if (isGiven(interval)) return undefined;
  const dependent = ['subscription_id', 'interval_count'].find((name) => isGiven(given[name]));
  return dependent === undefined
    ? undefined
    : missing('properties.interval', `properties.interval is required with ${dependent}`);
}

export interface TypedEvent {
  event_type: string;
  user_id?: string;
  properties?: Record<string, unknown>;
}

/**
 * Undefined for a valid event and for any other event type. Converts amounts in `event.properties` from numbers to strings.
 */
export function checkTypedEvent(event: TypedEvent): EventRefusal | undefined {
  const schema = typedEvents.get(event.event_type);
  if (schema === undefined) return undefined;
  if (event.event_type === 'signup' && event.user_id === undefined) return missing('user_id');
  if (event.event_type.startsWith('subscription_') && event.user_id === undefined) {
    const message = 'properties.subscription_id, or user_id of the event, is required for this event_type';
    if (!isGiven(event.properties?.subscription_id)) return missing('properties.subscription_id', message);
  }
  const { error, value } = schema.validate(event.properties ?? {});
  if (error === undefined) {
    if (event.properties !== undefined) event.properties = value;
    return event.event_type === 'payment' ? checkInterval(value) : undefined;
  }
  const { type, path, context } = error.details[0]!;
  const field = `properties.${path.join('.')}`;
  const [reason, sentence] = rules[type] ?? ['wrong_type', () => `${field} is invalid (${type})`];
  return { reason, field, message: sentence(field, context) };
}
