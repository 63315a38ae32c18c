/** What the import takes from the environment. */
import { loadConfig } from '@millrace/shared/config';
import Joi from 'joi';

export interface ImportEnvironment {
  /** An access key for ingestion. */
  MILLRACE_KEY?: string;
  /** Where ingestion listens; `npm run import` names that of a running `npm start` here. */
  MILLRACE_URL?: string;
}

const schema = Joi.object<ImportEnvironment>({
  MILLRACE_KEY: Joi.string().empty(''),
  MILLRACE_URL: Joi.string().empty(''),
});

export const loadImportEnvironment = () => loadConfig(schema, process.env);
