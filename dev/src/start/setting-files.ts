import { CommandError } from '@millrace/shared/commands/command-error';
import { readFiles } from '@millrace/shared/platform/config';
import { services } from './services.js';

/** Variables of the services that commands read as well. */
const variables = [
  'HOST',
  'DATABASE_URL',
  'EXPORT_DIR',
  'INGESTION_URL',
  'INGEST_AUTH',
  'READ_AUTH',
  'NODE_ENV',
].concat(services.map(({ portVariable }) => portVariable));

/** Replaces `NAME_FILE` by NAME in `env` for these variables. @throws CommandError if a file cannot be read or both are set */
export function readSettingFiles(env: NodeJS.ProcessEnv): void {
  const { given, problems } = readFiles(variables, env);
  if (problems.length > 0) throw new CommandError(`Correct these environment variables:\n  ${problems.join('\n  ')}`);
  for (const name of variables) {
    if (!env[`${name}_FILE`]) continue;
    env[name] = given[name];
    delete env[`${name}_FILE`];
  }
}
