import { outboundVariables } from '@millrace/shared/outbound/outbound-settings';
import {
  type AccessEnvironment,
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
import { type CacheEnvironment, cacheSettings } from './cache/cache-settings.js';
import {
  type ExportEnvironment,
  exportSettings,
  type PublicEnvironment,
  publicSettings,
  requireCompleteS3,
} from './exports/exports-config.js';
import { type LiveEnvironment, liveSettings } from './live/live-settings.js';
import { type SegmentEnvironment, segmentSettings } from './segments/segment-settings.js';
import { type EmbedEnvironment, embedSettings } from './share-links/frame-ancestors.js';

export interface Config
  extends CommonEnvironment,
    AccessEnvironment,
    QueueEnvironment,
    CacheEnvironment,
    SegmentEnvironment,
    ExportEnvironment,
    LiveEnvironment,
    PublicEnvironment,
    EmbedEnvironment {
  NODE_ENV: string;
  READ_AUTH?: 'open' | 'key';
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  REPORTING_PORT: number;
  HEAVY_QUERIES_AT_ONCE: number;
  INGESTION_URL?: string;
  ALERT_ALLOW_PRIVATE: boolean;
}

export const configSchema = requireCompleteS3(
  Joi.object<Config>({
    ...commonSettings,
    ...databaseSettings,
    ...queueSettings,
    ...cacheSettings,
    ...segmentSettings,
    ...exportSettings,
    ...liveSettings,
    DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
    REPORTING_PORT: portSetting(4000),
    ...accessSettings,
    READ_AUTH: Joi.valid('open', 'key'),
    HEAVY_QUERIES_AT_ONCE: Joi.number().integer().min(1).max(100).default(2),
    INGESTION_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
    ALERT_ALLOW_PRIVATE: outboundVariables.ALERT_ALLOW_PRIVATE,
    ...publicSettings,
    ...embedSettings,
  }),
);

export const loadReportingConfig = () => loadConfig(configSchema, process.env);
