import { exportDirSetting } from '@millrace/shared/platform/config';
import Joi from 'joi';

export interface ExportEnvironment {
  EXPORT_DIR: string;
  EXPORT_TTL_HOURS: number;
  EXPORT_QUOTA_MB: number;
  EXPORT_S3_ENDPOINT?: string;
  EXPORT_S3_BUCKET?: string;
  EXPORT_S3_REGION: string;
  EXPORT_S3_ACCESS_KEY_ID?: string;
  EXPORT_S3_SECRET_ACCESS_KEY?: string;
  EXPORT_S3_PREFIX: string;
  EXPORT_S3_FORCE_PATH_STYLE: boolean;
}

/** Settings of links that work without a key. */
export interface PublicEnvironment {
  PUBLIC_URL?: string;
  LINK_SECRET?: string;
}

export const publicSettings = {
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
  LINK_SECRET: Joi.string().min(32).max(1_000),
};

const s3Names = [
  'EXPORT_S3_ENDPOINT',
  'EXPORT_S3_BUCKET',
  'EXPORT_S3_ACCESS_KEY_ID',
  'EXPORT_S3_SECRET_ACCESS_KEY',
] as const;

export const exportSettings = {
  EXPORT_DIR: exportDirSetting,
  EXPORT_TTL_HOURS: Joi.number().integer().min(1).max(87_600).default(168),
  EXPORT_QUOTA_MB: Joi.number().integer().min(1).max(1e9).default(10_240),
  EXPORT_S3_ENDPOINT: Joi.string().uri({ scheme: ['http', 'https'] }),
  EXPORT_S3_BUCKET: Joi.string().pattern(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  EXPORT_S3_REGION: Joi.string().max(64).default('us-east-1'),
  EXPORT_S3_ACCESS_KEY_ID: Joi.string(),
  EXPORT_S3_SECRET_ACCESS_KEY: Joi.string(),
  EXPORT_S3_PREFIX: Joi.string()
    .pattern(/^([A-Za-z0-9_-][A-Za-z0-9._-]*\/)+$/)
    .message('EXPORT_S3_PREFIX must be names that each end with a slash, such as millrace/exports/')
    .allow('')
    .default(''),
  EXPORT_S3_FORCE_PATH_STYLE: Joi.boolean().default(true),
};

/** Without this check, a missing S3 setting would silently put files on the disk of one machine, where the others cannot serve them. */
export const requireCompleteS3 = <T>(schema: Joi.ObjectSchema<T>): Joi.ObjectSchema<T> => schema.and(...s3Names);

const mb = 1_000_000;
const hourMs = 3_600_000;

export const exportLimitsOf = ({ EXPORT_QUOTA_MB, EXPORT_TTL_HOURS }: ExportEnvironment) => ({
  quotaBytes: EXPORT_QUOTA_MB * mb,
  lifeMs: EXPORT_TTL_HOURS * hourMs,
});
