/** Keeps erased data out of new files: a file would outlive the lag of the replica it was read from. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { ReplicaLagError } from './export-failure.js';
import { type LongRead, onOwnConnection } from './on-own-connection.js';

/** Changes with every erasure of a user, and of the whole site. */
const statement = `/* reporting.readErasures */
select extract(epoch from sites.created_at)::float8 as "createdAt", coalesce(rolled.epoch, 0)::float8 as erasures
from sites left join site_rollups rolled on rolled.site_id = sites.site_id where sites.site_id = $1`;

interface Erasures {
  createdAt: number;
  erasures: number;
}

async function readErasures(database: Pool | PoolClient, siteId: string): Promise<Erasures | undefined> {
  return (await database.query<Erasures>(statement, [siteId])).rows[0];
}

/** A replica without the site has no erased data of it. */
function isBehind(replica: Erasures | undefined, primary: Erasures | undefined): boolean {
  if (!replica) return false;
  if (!primary || replica.createdAt < primary.createdAt) return true;
  return replica.createdAt === primary.createdAt && replica.erasures < primary.erasures;
}

const times = { pauseMs: 250, longestMs: 60_000 };

/**
 * Runs `work` like {@link onOwnConnection}, on a snapshot that includes all erasures of the site that the primary had when this was
 * called. @throws ReplicaLagError if the replica has not caught up after a minute.
 */
export async function onReplayedConnection(
  { pool, writePool }: { pool: Pool; writePool: Pool },
  siteId: string,
  read: LongRead,
  work: (client: PoolClient) => Promise<unknown>,
  { pauseMs, longestMs } = times,
): Promise<void> {
  const primary = await readErasures(writePool, siteId);
  const workOnReplayed = async (client: PoolClient) => {
    if (isBehind(await readErasures(client, siteId), primary)) return false;
    await work(client);
    return true;
  };
  const endsAt = performance.now() + longestMs;
  while (!(await onOwnConnection(pool, read, workOnReplayed))) {
    if (performance.now() > endsAt) throw new ReplicaLagError();
    await pause(pauseMs, undefined, { signal: read.signal });
  }
}
