/** Turns a site and a range of time into its views, their users and the paths viewed most. */
import type { PoolClient } from '@millrace/shared/postgres';
import { answerQuery } from './query/answer-query.js';
import type { ResolvedQuery, TimeRange } from './query/resolved-query.js';
import type { Reads } from './reading/read-in-turn.js';

export interface ViewsOfRange {
  totalViews: number;
  uniqueUsers: number;
  topPaths: { path: string; views: number }[];
}

/** Views only: users who did something else do not count. */
const ofViews = (siteId: string, range: TimeRange): ResolvedQuery => ({
  siteId,
  timezone: 'UTC',
  range,
  metrics: ['views', 'visitors'],
  dimensions: [],
  filter: { op: 'is', dimension: 'event_type', values: ['view'] },
  orderBy: [],
  limit: 1,
  offset: 0,
  totalRows: false,
  timeLabels: false,
});

/** `limit` paths, most viewed first, then by name. `client` is inside a transaction with one snapshot. */
export async function readViews(
  client: PoolClient,
  siteId: string,
  range: TimeRange,
  limit: number,
  reads: Reads = {},
): Promise<ViewsOfRange> {
  const all = ofViews(siteId, range);
  const top: ResolvedQuery = {
    ...all,
    metrics: ['views'],
    dimensions: ['path'],
    orderBy: [{ key: 'views', direction: 'desc' }],
    limit,
  };
  const [total] = (await answerQuery(client, all, reads)).rows;
  const { rows } = await answerQuery(client, top, reads);
  return {
    totalViews: Number(total!.metrics[0]),
    uniqueUsers: Number(total!.metrics[1]),
    topPaths: rows.map(({ dimensions, metrics }) => ({ path: dimensions[0]!, views: Number(metrics[0]) })),
  };
}
