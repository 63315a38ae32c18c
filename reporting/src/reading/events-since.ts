import type { PoolClient } from '@millrace/shared/platform/postgres';

/** Set when earlier events of a range that begins at `from` were dropped (`RAW_RETENTION_DAYS`). */
export const eventsSinceOf = (rawSince: Date | null, from: Date): { eventsSince?: Date } =>
  rawSince !== null && from < rawSince ? { eventsSince: rawSince } : {};

/** For the `meta` of an answer counted from raw events; empty when no event of the range was dropped. */
export async function readEventsSince(client: PoolClient, from: Date): Promise<{ events_since?: string }> {
  const text = '/* reporting.eventsSince */ select since from raw_horizon';
  const { rows } = await client.query<{ since: Date }>(text);
  const since = eventsSinceOf(rows[0]?.since ?? null, from).eventsSince;
  return since ? { events_since: since.toISOString() } : {};
}
