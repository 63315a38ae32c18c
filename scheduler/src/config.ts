/** Turns the environment into the scheduler's configuration. */
import {
  commonSettings,
  databaseSettings,
  loadConfig,
  portSetting,
  type QueueEnvironment,
  queueSettings,
} from '@millrace/shared/config';
import Joi from 'joi';

export interface Config extends QueueEnvironment {
  DATABASE_URL: string;
  HOST: string;
  SCHEDULER_PORT: number;
  LOG_LEVEL: string;
  SHUTDOWN_TIMEOUT_MS: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  SCHEDULER_PORT: portSetting(4110),
});

export const loadSchedulerConfig = () => loadConfig(configSchema, process.env);
