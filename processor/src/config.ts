/** Turns the environment into the processor's configuration. */
import {
  type CommonEnvironment,
  commonSettings,
  databaseSettings,
  loadConfig,
  portSetting,
  type QueueEnvironment,
  queueSettings,
} from '@millrace/shared/config';
import Joi from 'joi';

export interface Config extends CommonEnvironment, QueueEnvironment {
  DATABASE_URL: string;
  PROCESSOR_PORT: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  PROCESSOR_PORT: portSetting(4120),
});

export const loadProcessorConfig = () => loadConfig(configSchema, process.env);
