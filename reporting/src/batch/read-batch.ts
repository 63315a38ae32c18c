/** Reads the answers to a batch, all as of one snapshot. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { answerBatch } from '../query/answer-batch.js';
import { type BatchRequest, ofQuery } from '../query-request/parse-batch.js';
import { resolveQuery } from '../query-request/resolve-query.js';
import type { ReadOptions } from '../reading/admit-read.js';
import { needsEvents, readSite } from '../reading/site-context.js';
import { bodyOf } from '../routes/query-route.js';
import type { BatchAnswer } from './batch-output.js';

/**
 * Tells `answered` of each answer when it is ready. `client` is inside a transaction with one snapshot.
 * @throws ServiceError `invalid_request` before anything is read, for what only the site tells to be wrong.
 */
export async function readBatch(
  client: PoolClient,
  { siteId, filter, queries: asked }: BatchRequest,
  reads: ReadOptions,
  now: Date,
  answered: (answer: Omit<BatchAnswer, 'json'> & ReturnType<typeof bodyOf>) => void,
): Promise<{ siteKnown: boolean }> {
  const isAllTime = asked.some(({ request }) => needsEvents(request.dateRange, request.comparison));
  const site = await readSite(client, siteId, isAllTime);
  const queries = asked.map(({ request, ownFilter }, index) => ({
    query: ofQuery(index, () => resolveQuery(request, { now, ...site })),
    ...(ownFilter && { ownFilter }),
  }));
  await answerBatch(client, { queries, ...(filter && { filter }) }, reads, (index, answer) => {
    const { id, request } = asked[index]!;
    answered({ index, id, ...bodyOf(request, queries[index]!.query, answer, site) });
  });
  return { siteKnown: site.siteKnown };
}
