import { needsSender, type OutboundEnvironment, outboundVariables } from '@millrace/shared/outbound/outbound-settings';
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
} from '@millrace/shared/platform/config';
import { isTimeZone } from '@millrace/shared/time/time';
import Joi from 'joi';

export interface Config
  extends CommonEnvironment,
    QueueEnvironment,
    RetryEnvironment,
    OutboundEnvironment,
    AccessEnvironment {
  DATABASE_URL: string;
  SCHEDULER_PORT: number;
  TZ: string;
  DISABLE_AUTO_SYNC: boolean;
}

const settings = Joi.object<Config>({
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
  ...outboundVariables,
});
export const configSchema = needsSender(settings);

export const loadSchedulerConfig = () => loadConfig(configSchema, process.env);
