import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CommandError } from '@millrace/shared/commands/command-error';
import { checkConfig } from '@millrace/shared/platform/config';
import { workspaceRoot } from '../workspace-root.js';
import type { Service } from './services.js';

type ConfigSchema = Parameters<typeof checkConfig>[0];

/** @throws CommandError that lists every invalid variable of all services, so that none of them starts only to fail. */
export async function checkSettings(services: readonly Service[], env: NodeJS.ProcessEnv): Promise<void> {
  const messages = await Promise.all(
    services.map(async ({ name, folder = name, config = 'config' }) => {
      const file = join(workspaceRoot, folder, 'dist', `${config}.js`);
      const { configSchema } = (await import(pathToFileURL(file).href)) as { configSchema: ConfigSchema };
      return checkConfig(configSchema, env).problems;
    }),
  );
  const problems = [...new Set(messages.flat())];
  if (problems.length === 0) return;
  throw new CommandError(`Correct these environment variables:\n  ${problems.join('\n  ')}`);
}
