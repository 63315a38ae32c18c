import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandError } from '@millrace/shared/commands/command-error';
import { checkConfig } from '@millrace/shared/platform/config';
import { workspaceRoot } from '../workspace-root.js';
import { services } from './services.js';
import { portProblems } from './start-settings.js';

type ConfigSchema = Parameters<typeof checkConfig>[0];

/** Placeholder for the URL of the embedded Postgres, which is only known once it is running. */
const embeddedUrl = 'postgres://127.0.0.1/millrace';

/** @throws CommandError that lists every invalid variable of all services, so that none of them starts only to fail. */
export async function checkSettings(given: NodeJS.ProcessEnv): Promise<void> {
  const env: NodeJS.ProcessEnv = { ...given, DATABASE_URL: given.DATABASE_URL || embeddedUrl };
  // These have messages of their own.
  for (const { portVariable } of services) delete env[portVariable];
  const messages = await Promise.all(
    services.map(async ({ name, folder = name, config = 'config' }) => {
      const file = join(workspaceRoot, folder, 'dist', `${config}.js`);
      const { configSchema } = (await import(pathToFileURL(file).href)) as { configSchema: ConfigSchema };
      return checkConfig(configSchema, env).problems;
    }),
  );
  const problems = [...portProblems(given), ...new Set(messages.flat())];
  if (problems.length === 0) return;
  throw new CommandError(`Correct these environment variables:\n  ${problems.join('\n  ')}`);
}
