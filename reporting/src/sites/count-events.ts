/** Counts the events of a site exactly, from rollups where possible. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { answerQuery } from '../query/answer-query.js';
import type { TimeRange } from '../query/resolved-query.js';
import type { ReadOptions } from '../reading/admit-read.js';

/** `client` must be in a transaction with one snapshot. */
export async function countEvents(
  client: PoolClient,
  siteId: string,
  range: TimeRange,
  reads: ReadOptions = {},
): Promise<number> {
  const { rows } = await answerQuery(
    client,
    {
      siteId,
      timezone: 'UTC',
      range,
      metrics: ['events'],
      dimensions: [],
      orderBy: [],
      limit: 1,
      offset: 0,
      totalRows: false,
      timeLabels: false,
    },
    reads,
  );
  return Number(rows[0]!.metrics[0]);
}
