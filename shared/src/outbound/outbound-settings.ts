/** Settings of services that send mail or post webhooks. */
import Joi from 'joi';
import type { MailSettings } from './open-mailer.js';

/** Use with {@link needsSender}. */
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

/** Makes `schema` refuse a mail server without a sender address. */
export const needsSender = <T>(schema: Joi.ObjectSchema<T>) =>
  schema
    .with('SMTP_URL', 'MAIL_FROM')
    .messages({ 'object.with': 'SMTP_URL also needs MAIL_FROM, the sender address of mails' });

export interface OutboundSettings {
  /** Undefined: mail is not configured. */
  mail: MailSettings | undefined;
  /** Allows webhooks in private networks and on any port. */
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
