import type { PoolClient } from '@millrace/shared/platform/postgres';
import { dayMs } from '@millrace/shared/time/durations';
import { answerQuery } from '../query/answer-query.js';
import type { RawAnswer } from '../query/read-raw.js';
import type { ResolvedQuery, TimeRange } from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { answerPanels } from '../segments/answer-panels.js';

export interface ViewsOfRange {
  totalViews: number;
  uniqueUsers: number;
  topPaths: { path: string; views: number }[];
}

/** Counts views only; users who did something else are left out. */
const viewQuery = (siteId: string, range: TimeRange): ResolvedQuery => ({
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

/** The `limit` most viewed paths, ties by name. `client` must be in a transaction with one snapshot. */
export async function readViews(
  client: PoolClient,
  siteId: string,
  range: TimeRange,
  limit: number,
  reads: ReadOptions = {},
): Promise<ViewsOfRange> {
  const all = viewQuery(siteId, range);
  const top: ResolvedQuery = {
    ...all,
    metrics: ['views'],
    dimensions: ['path'],
    orderBy: [{ key: 'views', direction: 'desc' }],
    limit,
  };
  const [totals, paths] = (await readTogether(client, [all, top], reads)) ?? [
    await answerQuery(client, all, reads),
    await answerQuery(client, top, reads),
  ];
  const [total] = totals!.rows;
  return {
    totalViews: Number(total!.metrics[0]),
    uniqueUsers: Number(total!.metrics[1]),
    topPaths: paths!.rows.map(({ dimensions, metrics }) => ({ path: dimensions[0]!, views: Number(metrics[0]) })),
  };
}

/** For longer ranges, rollups return the totals faster. */
const maxSegmentRangeMs = 2 * dayMs;

/** Counts several queries over the same events in one pass; undefined where segments cannot answer all of it. */
async function readTogether(
  client: PoolClient,
  queries: ResolvedQuery[],
  { engine, ...reads }: ReadOptions,
): Promise<RawAnswer[] | undefined> {
  const { range, filter } = queries[0]!;
  if (!engine || range.to.getTime() - range.from.getTime() > maxSegmentRangeMs) return undefined;
  const answers: RawAnswer[] = [];
  const panels = queries.map((query) => ({ query }));
  await answerPanels(client, engine, { panels, ...(filter && { filter }) }, reads, (panel, answer) => {
    answers[panel] = answer;
  });
  const isWhole = queries.every((_, at) => answers[at] !== undefined && answers[at].eventsSince === undefined);
  return isWhole ? answers : undefined;
}
