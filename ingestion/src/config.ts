/** Turns the environment into ingestion's configuration. */
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
  INGESTION_PORT: number;
  INGESTION_MAX_PENDING_BYTES: number;
  QUEUE_MAX_WAITING_JOBS: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...queueSettings,
  // Needed only when the queue is on Postgres.
  DATABASE_URL: databaseSettings.DATABASE_URL.optional(),
  INGESTION_PORT: portSetting(3000),
  INGESTION_MAX_PENDING_BYTES: Joi.number().integer().min(1_000_000).default(48_000_000),
  QUEUE_MAX_WAITING_JOBS: Joi.number().integer().min(1).default(500_000),
})
  .or('DATABASE_URL', 'REDIS_URL', 'REDIS_HOST')
  .messages({ 'object.missing': 'name a queue: REDIS_URL or REDIS_HOST for Redis, or DATABASE_URL for Postgres' });

export const loadIngestionConfig = () => loadConfig(configSchema, process.env);
