/** What commands that send events take from the environment. */
import { loadConfig } from '@millrace/shared/platform/config';
import Joi from 'joi';

export interface SenderEnvironment {
  /** An access key for ingestion. */
  MILLRACE_KEY?: string;
  /** Where ingestion listens; run by npm, a command finds that of a running `npm start` here. */
  MILLRACE_URL?: string;
  /** Of the same Millrace, for commands that say how to ask it: where reporting listens, and who has a key if that wants one. */
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
