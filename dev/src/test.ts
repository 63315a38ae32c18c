/** `npm test`: runs the suite on a Postgres and a Redis that it starts and removes. */
import { join } from 'node:path';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { ClosingList } from './processes/closing-list.js';
import { type CommandContext, runCommand } from './processes/run-command.js';
import { createTemplateDatabase } from './stores/template-database.js';
import { makeThrowAwayFolder } from './stores/throw-away-folder.js';
import { startThrowAwayPostgres } from './stores/throw-away-postgres.js';
import { startThrowAwayRedis } from './stores/throw-away-redis.js';
import { runVitest } from './suite/run-vitest.js';

async function findRedis(closing: ClosingList): Promise<string | undefined> {
  const url = process.env.REDIS_URL || (await startThrowAwayRedis(closing, { durable: false }));
  if (url) return url;
  if (process.env.CI === 'true') {
    throw new CommandError(
      'CI=true requires the Redis suites, but there is no Redis: install redis-server or set REDIS_URL.',
    );
  }
  process.stdout.write('No redis-server on the PATH and no REDIS_URL: the Redis suites are skipped.\n');
  return undefined;
}

/** Removes the services' variables, so that no test depends on what the developer has set. */
function testEnvironment(stores: Record<string, string>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _database, REDIS_URL: _redis, TEST_REDIS_URL: _test, ...inherited } = process.env;
  return { ...inherited, ...stores };
}

async function test({ closing, stopped }: CommandContext): Promise<number> {
  const folder = makeThrowAwayFolder(closing);
  const databaseUrl = process.env.DATABASE_URL || (await startThrowAwayPostgres(closing));
  const redisUrl = await findRedis(closing);
  const env = testEnvironment({
    TEST_DATABASE_URL: databaseUrl,
    TEST_TEMPLATE_DATABASE: await createTemplateDatabase(databaseUrl, closing),
    ...(redisUrl && { TEST_REDIS_URL: redisUrl }),
  });
  const args = process.argv.slice(2);
  const { code, counts } = await runVitest({ args, env, reportFile: join(folder, 'report.json'), stopped });
  const ending = stopped.aborted ? 'Stopped before the end.' : 'Vitest ended without a report.';
  process.stdout.write(`${counts ?? ending}\n`);
  return code;
}

await runCommand(test);
