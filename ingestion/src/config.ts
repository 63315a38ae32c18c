import {
  accessSettings,
  type CommonEnvironment,
  commonSettings,
  databaseSettings,
  loadConfig,
  portSetting,
  type QueueEnvironment,
  queueSettings,
} from '@millrace/shared/platform/config';
import Joi from 'joi';

export interface Config extends CommonEnvironment, QueueEnvironment {
  INGESTION_PORT: number;
  INGESTION_MAX_PENDING_BYTES: number;
  QUEUE_MAX_WAITING_JOBS: number;
  INGEST_AUTH: 'open' | 'key';
  INGEST_RATE_LIMIT: number;
  PAGE_RATE_LIMIT: number;
  TRUST_PROXY?: string;
  COUNTRY_HEADERS: string;
  GEO_DB?: string;
}

const optionalUrl = databaseSettings.DATABASE_URL.optional();

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...queueSettings,
  // Needed for a queue on Postgres, for keys, and for visitors without an id.
  // biome-ignore lint/suspicious/noThenProperty: the name that Joi gives it
  DATABASE_URL: Joi.when('INGEST_AUTH', { is: 'key', then: databaseSettings.DATABASE_URL, otherwise: optionalUrl }),
  INGESTION_PORT: portSetting(3000),
  INGESTION_MAX_PENDING_BYTES: Joi.number().integer().min(1_000_000).default(48_000_000),
  QUEUE_MAX_WAITING_JOBS: Joi.number().integer().min(1).default(500_000),
  INGEST_AUTH: Joi.valid('open', 'key').default('open'),
  INGEST_RATE_LIMIT: Joi.number().integer().min(0).max(1e9).default(0),
  PAGE_RATE_LIMIT: Joi.number().integer().min(0).max(1e9).default(20),
  TRUST_PROXY: accessSettings.TRUST_PROXY,
  COUNTRY_HEADERS: Joi.string()
    .allow('')
    .lowercase()
    .pattern(/^[a-z0-9-]+( *, *[a-z0-9-]+)*$/)
    .default('cf-ipcountry,x-vercel-ip-country,cloudfront-viewer-country'),
  GEO_DB: Joi.string(),
})
  .or('DATABASE_URL', 'REDIS_URL', 'REDIS_HOST')
  .messages({ 'object.missing': 'configure a queue: set REDIS_URL or REDIS_HOST for Redis, or DATABASE_URL for Postgres' });

export const loadIngestionConfig = () => loadConfig(configSchema, process.env);
