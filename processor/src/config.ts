/** Turns the environment into the processor's configuration. */
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
  PROCESSOR_PORT: number;
  LOG_LEVEL: string;
  SHUTDOWN_TIMEOUT_MS: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  PROCESSOR_PORT: portSetting(4120),
});

export const loadProcessorConfig = () => loadConfig(configSchema, process.env);
