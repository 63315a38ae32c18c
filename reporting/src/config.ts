/** Turns the environment into reporting's configuration. */
import { commonSettings, databaseSettings, loadConfig, portSetting } from '@millrace/shared/config';
import Joi from 'joi';

export interface Config {
  DATABASE_URL: string;
  DATABASE_READ_URL?: string;
  HOST: string;
  REPORTING_PORT: number;
  LOG_LEVEL: string;
  SHUTDOWN_TIMEOUT_MS: number;
}

export const configSchema = Joi.object<Config>({
  ...commonSettings,
  ...databaseSettings,
  DATABASE_READ_URL: databaseSettings.DATABASE_URL.optional(),
  REPORTING_PORT: portSetting(4000),
});

export const loadReportingConfig = () => loadConfig(configSchema, process.env);
