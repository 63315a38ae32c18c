import {
  type CommonEnvironment,
  commonSettings,
  databaseSettings,
  exportDirSetting,
  loadConfig,
  portSetting,
  type QueueEnvironment,
  queueSettings,
  type RetryEnvironment,
  retrySettings,
} from '@millrace/shared/platform/config';
import Joi from 'joi';

export interface Config extends CommonEnvironment, QueueEnvironment, RetryEnvironment {
  DATABASE_URL: string;
  PROCESSOR_PORT: number;
  AGGREGATION_CONCURRENCY?: number;
  AGGREGATION_JOBS_PER_SECOND?: number;
  AGGREGATION_REQUESTS_PER_MINUTE?: number;
  EXPORT_DIR: string;
  RAW_RETENTION_DAYS: number;
  REVENUE_GRACE_DAYS: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  ...retrySettings,
  PROCESSOR_PORT: portSetting(4120),
  // Defaults come from the contract of each queue; a rate of 0 removes the limit.
  AGGREGATION_CONCURRENCY: Joi.number().integer().min(1).max(1_000),
  AGGREGATION_JOBS_PER_SECOND: Joi.number().integer().min(0).max(100_000),
  AGGREGATION_REQUESTS_PER_MINUTE: Joi.number().integer().min(0).max(100_000),
  EXPORT_DIR: exportDirSetting,
  // Annual aggregates are computed from raw events, so at least a year of them must be kept.
  RAW_RETENTION_DAYS: Joi.number().integer().allow(0).min(400).max(36_500).default(0),
  // How long a subscription still counts after its payment was due.
  REVENUE_GRACE_DAYS: Joi.number().integer().min(0).max(30).default(3),
});

export const loadProcessorConfig = () => loadConfig(configSchema, process.env);

/** Limits that override the contracts of the queues. */
export const limitsOf = (config: Config) => ({
  siteConcurrency: config.AGGREGATION_CONCURRENCY,
  siteJobsPerSecond: config.AGGREGATION_JOBS_PER_SECOND,
  requestsPerMinute: config.AGGREGATION_REQUESTS_PER_MINUTE,
});
