import Joi from 'joi';
import {
  commonSettings,
  databaseSettings,
  loadConfig,
  type QueueEnvironment,
  queueSettings,
} from '../platform/config.js';

interface MigrateConfig extends QueueEnvironment {
  DATABASE_URL: string;
  LOG_LEVEL: string;
}

export const configSchema = Joi.object<MigrateConfig>({
  ...databaseSettings,
  ...queueSettings,
  LOG_LEVEL: commonSettings.LOG_LEVEL,
});

export const loadMigrateConfig = () => loadConfig(configSchema, process.env);
