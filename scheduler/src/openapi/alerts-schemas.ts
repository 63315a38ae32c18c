import {
  count,
  flag,
  instant,
  instantOrNull,
  type JsonSchema,
  jsonSchemaOf,
  listOf,
  record,
  ref,
  text,
  textOrNull,
  withProperties,
} from '@millrace/shared/openapi/json-schema';
import { type AlertKind, alertEvents } from '../alerts/alert-rule.js';
import { alertKinds, newAlertSchema } from '../alerts/parse-alert.js';
import { changeOf, responseSchemas } from './operation.js';

const meanings: Record<AlertKind, string> = {
  queue_age: 'The oldest waiting job of a queue is older than `seconds`.',
  failure_rate: 'At least `percent` of the jobs of a queue that ended in the last `minutes` failed for good.',
  dead_letters: 'At least `count` events of a site, or of all sites, became dead letters in the last `minutes`.',
  site_silent: 'A site has had no event in the last `minutes`.',
};

const kind = (of: AlertKind) => {
  const schema = withProperties(jsonSchemaOf(newAlertSchema(of, { allowPrivate: false, mail: undefined })), {
    name: { description: 'One line of text.' },
    enabled: { default: true },
    renotify_minutes: {
      default: null,
      description: 'How often the message is repeated while the condition lasts. Null: not at all.',
    },
    webhook: { format: 'uri', description: 'An https URL on a public address. Instead of `email`.' },
    email: { description: 'An email address, if the service can send mail (`SMTP_URL`). Instead of `webhook`.' },
    kind: { enum: [of] },
    condition: { description: meanings[of] },
  });
  return schema;
};

/** Every kind has the fields of this one, except for the condition. */
const { kind: _kind, ...changeable } = kind('queue_age').properties;
const condition = { anyOf: alertKinds.map((each) => kind(each).properties.condition) };

const newAlert = (of: AlertKind): JsonSchema => {
  const { webhook, email, ...fields } = kind(of).properties;
  const withTarget = (target: Record<string, JsonSchema>): JsonSchema => ({
    type: 'object',
    properties: { ...fields, ...target },
    required: ['name', 'kind', 'condition', ...Object.keys(target)],
    additionalProperties: false,
  });
  return { oneOf: [withTarget({ webhook: webhook! }), withTarget({ email: email! })] };
};

const alert = record(
  {
    ...{ id: { ...text, description: 'A UUID.' }, name: text, kind: { enum: alertKinds }, condition },
    ...{ webhook: text, email: text },
    secret: {
      ...text,
      description: 'Key of the signature that its webhook messages carry. Only in the response that sets the webhook.',
    },
    enabled: flag,
    renotify_minutes: { type: ['integer', 'null'], minimum: 1 },
    created_at: instant,
    state: { enum: ['ok', 'firing'] },
    since: { ...instant, description: 'When this state began.' },
    evaluated_at: instantOrNull,
    notified_at: { ...instantOrNull, description: 'When the latest message was created.' },
    summary: { ...textOrNull, description: 'The latest finding.' },
    problem: { ...textOrNull, description: 'Why the condition could not be evaluated. Null: it could.' },
  },
  ...['webhook', 'email', 'secret'],
);

const delivery = record({
  id: { ...text, description: 'A UUID, which webhooks get as `Millrace-Delivery`.' },
  event: { enum: alertEvents },
  status: { enum: ['pending', 'delivered', 'failed'] },
  attempts: count,
  error: { ...textOrNull, description: 'Why the latest attempt failed.' },
  created_at: instant,
  next_attempt_at: instantOrNull,
  delivered_at: instantOrNull,
});

export const alertsSchemas: Record<string, JsonSchema> = {
  NewAlert: {
    description: 'The fields of the condition depend on the kind. Either `webhook` or `email` is required.',
    oneOf: alertKinds.map(newAlert),
    examples: [
      {
        name: 'demo is silent',
        kind: 'site_silent',
        condition: { site_id: 'demo', minutes: 30 },
        webhook: 'https://hooks.example/millrace',
        renotify_minutes: 60,
      },
    ],
  },
  AlertChange: {
    ...changeOf({ ...changeable, condition }),
    description: 'The condition must be one of the kind that the rule has. A webhook and an email exclude each other.',
    examples: [{ renotify_minutes: 120 }],
  },
  Alert: alert,
  ...responseSchemas({
    Alert: ref('Alert'),
    Alerts: listOf(ref('Alert'), { description: 'Oldest first.' }),
    AlertId: record({ id: text }),
    AlertTest: record(
      { id: { ...text, description: 'The delivery.' }, delivered: flag, error: { ...text, description: 'Why not.' } },
      'error',
    ),
    AlertDeliveries: listOf(delivery),
  }),
};
