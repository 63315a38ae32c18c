/** What an answer says that is counted from events alone, some of which may have been dropped (`RAW_RETENTION_DAYS`). */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { missingBefore } from '../query/read-raw.js';

/** For `meta` of an answer about a range that begins at `from`; empty where no event of it was dropped. */
export async function eventsSince(client: PoolClient, from: Date): Promise<{ events_since?: string }> {
  const text = '/* reporting.eventsSince */ select since from raw_horizon';
  const { rows } = await client.query<{ since: Date }>(text);
  const since = missingBefore(rows[0]?.since ?? null, from).eventsSince;
  return since ? { events_since: since.toISOString() } : {};
}
