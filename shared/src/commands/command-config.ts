/** Turns the environment into what a command line needs to know: where the database is. */

import Joi from 'joi';
import { databaseSettings, loadConfig } from '../platform/config.js';

const schema = Joi.object<{ DATABASE_URL?: string }>({ DATABASE_URL: databaseSettings.DATABASE_URL.optional() });

/** Undefined where nobody said it. @throws Error when it is no address of a Postgres. */
export const loadDatabaseUrl = () => loadConfig(schema, process.env).DATABASE_URL;
