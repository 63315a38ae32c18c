/** Reads all answers of a batch on one snapshot. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { answerBatch } from '../query/answer-batch.js';
import { type BatchRequest, namingQuery } from '../query-request/parse-batch.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { needsEvents, readSite } from '../reading/site-context.js';
import { bodyOf } from '../routes/query-route.js';
import type { BatchAnswer } from './batch-output.js';

/**
 * Calls `onAnswer` with each answer as soon as it is ready. `client` must be in a transaction with one snapshot.
 * @throws ServiceError `invalid_request` before anything is read, for problems that depend on the site.
 */
export async function readBatch(
  client: PoolClient,
  { siteId, filter, queries: batchQueries }: BatchRequest,
  reads: ReadOptions,
  now: Date,
  onAnswer: (answer: Omit<BatchAnswer, 'json'> & ReturnType<typeof bodyOf>) => void,
): Promise<{ siteKnown: boolean }> {
  const isAllTime = batchQueries.some(({ request }) => needsEvents(request.dateRange, request.comparison));
  const site = await readSite(client, siteId, isAllTime);
  const queries = batchQueries.map(({ request, ownFilter }, index) => ({
    query: namingQuery(index, () => resolveQuery(request, { now, ...site })),
    ...(ownFilter && { ownFilter }),
  }));
  await answerBatch(client, { queries, ...(filter && { filter }) }, reads, (index, answer) => {
    const { id, request } = batchQueries[index]!;
    onAnswer({ index, id, ...bodyOf(request, queries[index]!.query, answer, site) });
  });
  return { siteKnown: site.siteKnown };
}
