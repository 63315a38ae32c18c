/** Turns nothing into the stores that services need, as durable as in production and gone afterwards. */
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import { startEmbeddedPostgres } from '@millrace/dev/embedded-postgres';
import { makeThrowAwayFolder } from '@millrace/dev/throw-away-folder';
import { startThrowAwayRedis } from '@millrace/dev/throw-away-redis';
import type { QueueLocation } from '@millrace/shared/platform/config';

/** Of the queues, on Redis and on Postgres. */
export const queuePrefix = 'bench';

/** A Postgres with fsync on, for the whole run; returns its URL. */
export async function startPostgres(closing: ClosingList): Promise<string> {
  const postgres = await startEmbeddedPostgres({ home: makeThrowAwayFolder(closing), fsync: true });
  closing.add(() => postgres.stop());
  return postgres.url;
}

/** A Redis with `appendfsync always` for one measure. @throws ClearError when there is no redis-server. */
export async function startRedis(closing: ClosingList): Promise<QueueLocation> {
  const url = await startThrowAwayRedis(closing, { durable: true });
  if (!url) throw new ClearError('The bench needs a redis-server on the PATH: install the package of that name.');
  return { kind: 'redis', url, prefix: queuePrefix };
}
