/** Turns the environment into the scheduler's configuration. */
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
  SCHEDULER_PORT: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  SCHEDULER_PORT: portSetting(4110),
});

export const loadSchedulerConfig = () => loadConfig(configSchema, process.env);
