import Joi from 'joi';
import { databaseSettings, loadConfig } from '../platform/config.js';

const schema = Joi.object<{ DATABASE_URL?: string }>({ DATABASE_URL: databaseSettings.DATABASE_URL.optional() });

/** Undefined if DATABASE_URL is not set. @throws Error if it is not a Postgres URL. */
export const loadDatabaseUrl = () => loadConfig(schema, process.env).DATABASE_URL;
