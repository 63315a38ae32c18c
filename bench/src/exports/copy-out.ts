/** What exports are compared with: Postgres' own COPY of the same rows to a client that writes them into a file. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contextColumns } from '@millrace/shared/contract/event-columns';
import type { Pool } from '@millrace/shared/platform/postgres';
import { to as copyTo } from 'pg-copy-streams';
import { biggestSite } from '../traffic/traffic-sites.js';

/** As the dataset `events` has them. */
const columns = [
  ...['timestamp', 'event_id', 'event_type', 'path', 'user_id', 'session_id', 'profile_id', 'referrer', 'properties'],
  ...contextColumns,
].join(', ');

/** Seconds. Nothing of a user is in the text: COPY takes no parameters. */
export async function timeCopyOut(pool: Pool, folder: string, [from, to]: [string, string]): Promise<number> {
  const client = await pool.connect();
  try {
    const startedAt = performance.now();
    const text = `copy (select ${columns} from events where site_id = '${biggestSite.id}' and timestamp >= '${from}' and timestamp < '${to}'
      order by timestamp, event_id) to stdout (format csv, header)`;
    await pipeline(client.query(copyTo(text)), createWriteStream(join(folder, 'copy.csv')));
    return (performance.now() - startedAt) / 1_000;
  } finally {
    client.release();
  }
}

const boundary = `/* bench.exportBoundary */
select to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "to" from events
where site_id = $1 order by timestamp, event_id offset $2 limit 1`;

/** The range from `from` that holds about so many of the events, all of them when there are fewer. */
export async function rangeOf(pool: Pool, from: Date, events: number, until: Date): Promise<[string, string]> {
  const { rows } = await pool.query<{ to: string }>(boundary, [biggestSite.id, events]);
  return [from.toISOString(), rows[0]?.to ?? until.toISOString()];
}
