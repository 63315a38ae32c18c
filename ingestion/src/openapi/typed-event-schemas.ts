/** Schemas of the properties of event types that have rules, from the rules that validate them. */
import { typedEvents } from '@millrace/shared/contract/typed-events';
import { type JsonSchema, jsonSchemaOf, ref, withProperties } from '@millrace/shared/openapi/json-schema';

/** For an object that has this property, and not as null. */
export const given = (name: string): JsonSchema => ({
  properties: { [name]: { not: { type: 'null' } } },
  required: [name],
});
const isNull: JsonSchema = { type: 'null' };

interface TypeDescription {
  /** What an event of this type means. */
  description: string;
  /** Of its properties. */
  properties?: Record<string, string>;
  /** Conditions between properties, which are code in the rules. */
  conditions?: JsonSchema;
  /** Conditions on other fields of the event. */
  event?: JsonSchema;
}

const plan = {
  subscription_id: 'Default: the subscription that the user has for this profile in this currency.',
  interval: 'Time between payments.',
  interval_count: 'Number of intervals between payments. Default: 1.',
};
const tournament = {
  tournament_id: 'Id of the tournament.',
  format: 'Such as `knockout`.',
  players: 'Number of players.',
};
/** A subscription is named by its own id or by that of the user. */
const namesSubscription: JsonSchema = {
  anyOf: [
    given('user_id'),
    { properties: { properties: { type: 'object', ...given('subscription_id') } }, required: ['properties'] },
  ],
};

const types: Record<string, TypeDescription> = {
  signup: { description: 'A new user.', event: given('user_id') },
  payment: {
    description: 'A sale, or a payment of a subscription if it has an `interval`.',
    properties: {
      ...plan,
      transaction_id: 'Id of the payment.',
      amount: 'What was paid.',
      status: 'A failed payment does not count as revenue.',
      interval: 'Time between payments of a subscription. Required with `subscription_id` or `interval_count`.',
    },
    conditions: {
      anyOf: [given('interval'), { properties: { subscription_id: isNull, interval_count: isNull } }],
    },
  },
  refund: {
    description: 'Money given back, in full or in part.',
    properties: {
      transaction_id: 'Id of the payment.',
      refund_id: 'Id of the refund.',
      amount: 'What was given back.',
    },
  },
  subscription_changed: {
    description: 'The plan of a subscription from now on. The event has `subscription_id` or `user_id`.',
    properties: { ...plan, amount: 'What each payment will be.' },
    event: namesSubscription,
  },
  subscription_canceled: {
    description: 'The end of a subscription. The event has `subscription_id` or `user_id`.',
    properties: {
      subscription_id: plan.subscription_id,
      ends: '`now`, or `period_end`: when the next payment would be due.',
    },
    event: namesSubscription,
  },
  revenue: {
    description: 'Advertising revenue of `profile_id`.',
    properties: { amount: 'What was earned; negative for a correction.' },
  },
  cost: {
    description: 'What something costs to run.',
    properties: {
      category: 'Kind of cost, such as `hosting`.',
      feature: 'What it was spent on.',
      amount: 'What it cost; negative for a correction.',
    },
  },
  tournament_created: { description: 'A tournament begins.', properties: tournament },
  tournament_completed: {
    description: 'A tournament has ended.',
    properties: {
      ...tournament,
      duration_minutes: 'How long it took.',
      revenue: 'What it earned.',
      currency: 'An ISO 4217 code. Required with `revenue`.',
    },
    conditions: { anyOf: [given('currency'), { properties: { revenue: isNull } }] },
  },
};

const schemaName = (type: string) =>
  `${type.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase())}Properties`;

function propertiesOf(type: string, rules: Parameters<typeof jsonSchemaOf>[0]): JsonSchema {
  const { description, properties = {}, conditions } = types[type]!;
  const schema = jsonSchemaOf(rules);
  const described = Object.entries(properties).map(([name, text]): [string, JsonSchema] => {
    const format = schema.properties[name]?.description;
    return [name, { description: name !== 'currency' && format ? `${text} ${format}` : text }];
  });
  return {
    ...withProperties(schema, Object.fromEntries(described)),
    description: `${description} Other properties are allowed too.`,
    additionalProperties: ref('PropertyValue'),
    ...conditions,
  };
}

const withProperty = [...typedEvents].filter(([, rules]) => Object.keys(jsonSchemaOf(rules).properties).length > 0);

/** By name. */
export const typedSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(withProperty.map(([type, rules]) => [schemaName(type), propertiesOf(type, rules)]));

/** For each event type with rules: an event has another type, or keeps the rules. */
export const typedRules = (): JsonSchema[] =>
  [...typedEvents].map(([type, rules]) => {
    const { properties, required } = jsonSchemaOf(rules);
    const hasProperties = Object.keys(properties).length > 0;
    const needsProperties = required !== undefined;
    const schema = ref(schemaName(type));
    const ofProperties = hasProperties && {
      properties: { properties: needsProperties ? schema : { anyOf: [schema, isNull] } },
      ...(needsProperties && { required: ['properties'] }),
    };
    return {
      anyOf: [
        { title: 'Another type', properties: { event_type: { not: { const: type } } } },
        { title: `A \`${type}\``, ...ofProperties, ...types[type]?.event },
      ],
    };
  });
