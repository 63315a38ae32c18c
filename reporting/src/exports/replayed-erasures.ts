/** A file outlives the lag of a replica, so that none is written from one on which something erased can still be read. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from '@millrace/shared/platform/postgres';
import { ReplicaLagError } from './export-failure.js';
import { type LongRead, onOwnConnection } from './on-own-connection.js';

/** Moves with every erasure of a user, and with one of the whole site. */
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

/** A site that the replica does not know has nothing there that was erased. */
function isBehind(replica: Erasures | undefined, primary: Erasures | undefined): boolean {
  if (!replica) return false;
  if (!primary || replica.createdAt < primary.createdAt) return true;
  return replica.createdAt === primary.createdAt && replica.erasures < primary.erasures;
}

const times = { pauseMs: 250, longestMs: 60_000 };

/**
 * Runs `work` as {@link onOwnConnection} does, on a snapshot that has all erasures of the site which the primary had when this was called.
 * @throws ReplicaLagError, after a minute, of a replica that lags still.
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
