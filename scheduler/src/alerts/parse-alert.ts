/** Schemas of alert rules in requests. */
import { queueNames, queues } from '@millrace/shared/contract/jobs';
import type { OutboundSettings } from '@millrace/shared/outbound/outbound-settings';
import { parseWebhook } from '@millrace/shared/outbound/parse-webhook';
import Joi from 'joi';
import type { AlertKind, AlertRule, Conditions } from './alert-rule.js';

export type NewAlert = Pick<
  AlertRule,
  'name' | 'kind' | 'condition' | 'enabled' | 'renotifyMinutes' | 'webhook' | 'email'
>;
/** Absent fields are kept. A new target replaces the old one. */
export type AlertChange = Partial<Omit<NewAlert, 'kind'>>;

const minutes = Joi.number().integer().min(1).max(10_080).required();
const siteId = Joi.string().max(64);
const queue = Joi.valid(...queueNames);
/** A failure rate requires records of completed jobs. */
const recorded = queueNames.filter((name) => queues[name].options.removeOnComplete !== true);

const conditions: { [Kind in AlertKind]: Joi.SchemaMap<Conditions[Kind]> } = {
  queue_age: { queue: queue.required(), seconds: Joi.number().integer().min(1).max(604_800).required() },
  failure_rate: {
    queue: Joi.valid(...recorded).required(),
    percent: Joi.number().greater(0).max(100).required(),
    minutes: Joi.number().integer().min(1).max(1_440).required(),
  },
  dead_letters: { site_id: siteId, count: Joi.number().integer().min(1).max(1_000_000).required(), minutes },
  site_silent: { site_id: siteId.required(), minutes },
};

export const alertKinds = Object.keys(conditions) as AlertKind[];

function fields(settings: OutboundSettings) {
  return {
    name: Joi.string()
      .trim()
      .max(200)
      .pattern(/^\P{Cc}+$/u, 'a line of text'),
    enabled: Joi.boolean(),
    renotify_minutes: Joi.number().integer().min(1).max(10_080).allow(null),
    webhook: Joi.string()
      .max(2_048)
      .custom((text: string, helpers) => {
        const { problem } = parseWebhook(text, settings.allowPrivate) as { problem?: string };
        return problem === undefined ? text : helpers.message({ custom: `webhook is invalid: ${problem}` });
      }),
    email: Joi.string()
      // Hosts in private networks may have any top-level domain.
      .email({ tlds: false })
      .max(254)
      .custom((text: string, helpers) =>
        settings.mail ? text : helpers.message({ custom: 'email requires SMTP_URL and MAIL_FROM, which are not set' }),
      ),
  };
}

const targetMessages = {
  'object.missing': 'An alert needs a webhook or an email',
  'object.xor': 'An alert has a webhook or an email, not both',
  'object.oxor': 'An alert has a webhook or an email, not both',
};

type Body = Record<string, unknown>;

/** From a body validated by {@link alertChangeSchema}. */
export function toAlertChange({ renotify_minutes, webhook, email, ...rest }: Body): AlertChange {
  return {
    ...rest,
    ...(renotify_minutes !== undefined && { renotifyMinutes: renotify_minutes as number | null }),
    ...((webhook ?? email) !== undefined && {
      webhook: (webhook ?? null) as string | null,
      email: (email ?? null) as string | null,
    }),
  };
}

const defaults = { enabled: true, renotifyMinutes: null };

/** Validated first, as the other fields depend on the kind. */
export const kindSchema: Joi.Schema<Body & { kind: AlertKind }> = Joi.object({
  kind: Joi.valid(...alertKinds).required(),
}).unknown();

const conditionOf = (kind: AlertKind) => Joi.object(conditions[kind] as Joi.SchemaMap);

/** Body that creates a rule of `kind`. */
export const newAlertSchema = (kind: AlertKind, settings: OutboundSettings): Joi.ObjectSchema<Body> =>
  Joi.object({ ...fields(settings), kind: Joi.valid(kind), condition: conditionOf(kind).required() })
    .fork('name', (schema) => schema.required())
    .xor('webhook', 'email')
    .messages(targetMessages);

/** Body that changes a rule of `kind`; the kind itself cannot change. */
export const alertChangeSchema = (kind: AlertKind, settings: OutboundSettings): Joi.Schema<Body> =>
  Joi.object({ ...fields(settings), condition: conditionOf(kind) })
    .oxor('webhook', 'email')
    .min(1)
    .messages(targetMessages);

/** From a body validated by {@link newAlertSchema}. */
export const toNewAlert = (body: Body) => ({ ...defaults, ...toAlertChange(body) }) as NewAlert;
