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
import { type CacheEnvironment, cacheSettings } from './cache/cache-settings.js';
import { type ExportEnvironment, exportSettings, requireWholeS3 } from './exports/exports-config.js';

export interface WorkerConfig extends CommonEnvironment, QueueEnvironment, CacheEnvironment, ExportEnvironment {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  REPORTING_WORKER_PORT: number;
}

export const configSchema = requireWholeS3(
  Joi.object<WorkerConfig>({
    ...commonSettings,
    ...databaseSettings,
    ...queueSettings,
    ...cacheSettings,
    ...exportSettings,
    DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
    REPORTING_WORKER_PORT: portSetting(4001),
  }),
);

export const loadWorkerConfig = () => loadConfig(configSchema, process.env);
