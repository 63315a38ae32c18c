/** Turns the environment into reporting's configuration. */
import {
  type AccessEnvironment,
  accessSettings,
  type CommonEnvironment,
  commonSettings,
  databaseSettings,
  loadConfig,
  portSetting,
} from '@millrace/shared/config';
import Joi from 'joi';

export interface Config extends CommonEnvironment, AccessEnvironment {
  NODE_ENV: string;
  READ_AUTH?: 'open' | 'key';
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  REPORTING_PORT: number;
  HEAVY_QUERIES_AT_ONCE: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
  REPORTING_PORT: portSetting(4000),
  ...accessSettings,
  READ_AUTH: Joi.valid('open', 'key'),
  HEAVY_QUERIES_AT_ONCE: Joi.number().integer().min(1).max(100).default(2),
});

export const loadReportingConfig = () => loadConfig(configSchema, process.env);
