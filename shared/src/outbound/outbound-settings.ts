/** Where messages to people may be sent, and how: for whoever sends mail or posts webhooks. */
import Joi from 'joi';
import type { MailSettings } from './open-mailer.js';

/** Variables of services that send; a mail server needs a sender, see {@link needsSender}. */
export const outboundVariables = {
  SMTP_URL: Joi.string().uri({ scheme: ['smtp', 'smtps'] }),
  MAIL_FROM: Joi.string().email({ tlds: false }),
  ALERT_ALLOW_PRIVATE: Joi.boolean().default(false),
};

export interface OutboundEnvironment {
  SMTP_URL?: string;
  MAIL_FROM?: string;
  ALERT_ALLOW_PRIVATE: boolean;
}

/** `schema` that refuses a mail server without a sender. */
export const needsSender = <T>(schema: Joi.ObjectSchema<T>) =>
  schema
    .with('SMTP_URL', 'MAIL_FROM')
    .messages({ 'object.with': 'SMTP_URL needs MAIL_FROM beside it, the address that mails come from' });

export interface OutboundSettings {
  /** Undefined: there is no mail. */
  mail: MailSettings | undefined;
  /** Webhooks may lie in private networks and on any port. */
  allowPrivate: boolean;
}

export const outboundSettings = ({
  SMTP_URL,
  MAIL_FROM,
  ALERT_ALLOW_PRIVATE,
}: OutboundEnvironment): OutboundSettings => ({
  mail: SMTP_URL && MAIL_FROM ? { url: SMTP_URL, from: MAIL_FROM } : undefined,
  allowPrivate: ALERT_ALLOW_PRIVATE,
});
