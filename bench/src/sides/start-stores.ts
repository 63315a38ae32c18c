import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { startEmbeddedPostgres } from '@millrace/dev/stores/embedded-postgres';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { startThrowAwayRedis } from '@millrace/dev/stores/throw-away-redis';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { QueueLocation } from '@millrace/shared/platform/config';

export const queuePrefix = 'bench';

/** With fsync on, as in production. Returns the URL. */
export async function startPostgres(closing: ClosingList): Promise<string> {
  const postgres = await startEmbeddedPostgres({ home: makeThrowAwayFolder(closing), fsync: true });
  closing.add(() => postgres.stop());
  return postgres.url;
}

/** With `appendfsync always`. @throws CommandError when redis-server is not installed. */
export async function startRedis(closing: ClosingList): Promise<QueueLocation> {
  const url = await startThrowAwayRedis(closing, { durable: true });
  if (!url) throw new CommandError('The bench needs redis-server on the PATH: install the package of that name.');
  return { kind: 'redis', url, prefix: queuePrefix };
}
