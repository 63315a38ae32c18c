import { needsSender, type OutboundEnvironment, outboundVariables } from '@millrace/shared/outbound/outbound-settings';
import {
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
import Joi from 'joi';
import { type CacheEnvironment, cacheSettings } from './cache/cache-settings.js';
import {
  type ExportEnvironment,
  exportSettings,
  type PublicEnvironment,
  publicSettings,
  requireCompleteS3,
} from './exports/exports-config.js';
import { type SegmentEnvironment, segmentSettings } from './segments/segment-settings.js';

export interface WorkerConfig
  extends CommonEnvironment,
    QueueEnvironment,
    CacheEnvironment,
    SegmentEnvironment,
    ExportEnvironment,
    PublicEnvironment,
    RetryEnvironment,
    OutboundEnvironment {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  REPORTING_WORKER_PORT: number;
  WORKER_NICE: number;
  REPORT_TTL_DAYS: number;
  REPORT_FONT_DIR?: string;
}

const settings = Joi.object<WorkerConfig>({
  ...commonSettings,
  ...databaseSettings,
  ...queueSettings,
  ...cacheSettings,
  ...segmentSettings,
  ...exportSettings,
  DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
  REPORTING_WORKER_PORT: portSetting(4001),
  ...retrySettings,
  WORKER_NICE: Joi.number().integer().min(0).max(19).default(10),
  REPORT_TTL_DAYS: Joi.number().integer().min(1).max(36_500).default(400),
  REPORT_FONT_DIR: Joi.string(),
  ...outboundVariables,
  ...publicSettings,
});
export const configSchema = needsSender(requireCompleteS3(settings));

export const loadWorkerConfig = () => loadConfig(configSchema, process.env);
