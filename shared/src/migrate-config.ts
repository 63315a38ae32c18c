/** Turns the environment into the configuration of the migration command. */
import Joi from 'joi';
import { databaseSettings, loadConfig, type QueueEnvironment, queueSettings } from './config.js';

interface MigrateConfig extends QueueEnvironment {
  DATABASE_URL: string;
  LOG_LEVEL: string;
}

export const configSchema = Joi.object<MigrateConfig>({
  ...databaseSettings,
  ...queueSettings,
  LOG_LEVEL: Joi.string().default('info'),
});

export const loadMigrateConfig = () => loadConfig(configSchema, process.env);
