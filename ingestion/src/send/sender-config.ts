/** Environment variables of commands that send events. */
import { loadConfig } from '@millrace/shared/platform/config';
import Joi from 'joi';

export interface SenderEnvironment {
  /** An access key for ingestion. */
  MILLRACE_KEY?: string;
  /** URL of ingestion; npm scripts set it to that of a running `npm start`. */
  MILLRACE_URL?: string;
  /** URL of reporting and a file with its key, for the example queries that commands print. */
  MILLRACE_REPORTING_URL?: string;
  MILLRACE_READ_KEY_FILE?: string;
}

const schema = Joi.object<SenderEnvironment>({
  MILLRACE_KEY: Joi.string().empty(''),
  MILLRACE_URL: Joi.string().empty(''),
  MILLRACE_REPORTING_URL: Joi.string().empty(''),
  MILLRACE_READ_KEY_FILE: Joi.string().empty(''),
});

export const loadSenderEnvironment = () => loadConfig(schema, process.env);
