import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ClearError } from './clear-error.js';
import type { Service } from './services.js';
import { workspaceRoot } from './workspace-root.js';

/** The part of a Joi schema that is used here. */
interface ConfigSchema {
  validate(env: object, options: object): { error?: { details: { message: string }[] } };
}

/** @throws ClearError that lists every invalid variable of all services, so that none of them starts only to fail. */
export async function checkSettings(services: readonly Service[], env: NodeJS.ProcessEnv): Promise<void> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const messages = await Promise.all(
    services.map(async ({ name, folder = name, config = 'config' }) => {
      const file = join(workspaceRoot, folder, 'dist', `${config}.js`);
      const { configSchema } = (await import(pathToFileURL(file).href)) as { configSchema: ConfigSchema };
      const { error } = configSchema.validate(given, { abortEarly: false, stripUnknown: true });
      return (error?.details ?? []).map(({ message }) => message.replaceAll('"', ''));
    }),
  );
  const problems = [...new Set(messages.flat())];
  if (problems.length === 0) return;
  throw new ClearError(`Correct these environment variables:\n  ${problems.join('\n  ')}`);
}
