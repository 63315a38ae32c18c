/** Turns the environment into the scheduler's configuration. */
import {
  type AccessEnvironment,
  accessSettings,
  type CommonEnvironment,
  commonSettings,
  databaseSettings,
  loadConfig,
  portSetting,
  type QueueEnvironment,
  queueSettings,
  type RetryEnvironment,
  retrySettings,
} from '@millrace/shared/config';
import { isTimeZone } from '@millrace/shared/time';
import Joi from 'joi';
import type { AlertEnvironment } from './alerts/alert-settings.js';

export interface Config
  extends CommonEnvironment,
    QueueEnvironment,
    RetryEnvironment,
    AlertEnvironment,
    AccessEnvironment {
  DATABASE_URL: string;
  SCHEDULER_PORT: number;
  TZ: string;
  DISABLE_AUTO_SYNC: boolean;
}

/** Whom alerts may be sent to. */
const alertSettings = {
  SMTP_URL: Joi.string().uri({ scheme: ['smtp', 'smtps'] }),
  MAIL_FROM: Joi.string().email({ tlds: false }),
  ALERT_ALLOW_PRIVATE: Joi.boolean().default(false),
};

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  ...retrySettings,
  ...accessSettings,
  SCHEDULER_PORT: portSetting(4110),
  TZ: Joi.string()
    .custom((zone: string, helpers) => (isTimeZone(zone) ? zone : helpers.error('zone.unknown')))
    .messages({ 'zone.unknown': 'TZ must be an IANA time zone such as Europe/Berlin' })
    .default('UTC'),
  DISABLE_AUTO_SYNC: Joi.boolean().default(false),
  ...alertSettings,
}).with('SMTP_URL', 'MAIL_FROM');

export const loadSchedulerConfig = () => loadConfig(configSchema, process.env);
