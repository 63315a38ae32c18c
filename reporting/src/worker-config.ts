/** Turns the environment into the configuration of reporting's worker. */
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

export interface WorkerConfig extends CommonEnvironment, QueueEnvironment {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  REPORTING_WORKER_PORT: number;
}

export const configSchema = Joi.object<WorkerConfig>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
  REPORTING_WORKER_PORT: portSetting(4001),
});

export const loadWorkerConfig = () => loadConfig(configSchema, process.env);
