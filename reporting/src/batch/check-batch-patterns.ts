/** Refuses a batch some regular expression of which Postgres cannot work with. */
import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { checkPatterns, patternsOf } from '../query-request/check-patterns.js';
import type { BatchRequest } from '../query-request/parse-batch.js';

/** All regular expressions of a batch. */
export const patternsOfBatch = ({ filter, queries }: BatchRequest): string[] => [
  ...patternsOf(filter),
  ...queries.flatMap(({ ownFilter }) => patternsOf(ownFilter)),
];

/** All at once; only when there is something wrong, query by query to name it. @throws ServiceError `invalid_request`. */
export async function checkBatchPatterns(pool: Pool, batch: BatchRequest, signal: AbortSignal): Promise<void> {
  try {
    await checkPatterns(pool, patternsOfBatch(batch), { signal });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'invalid_request') throw error;
    await checkPatterns(pool, patternsOf(batch.filter), { signal });
    for (const [index, { ownFilter }] of batch.queries.entries()) {
      await checkPatterns(pool, patternsOf(ownFilter), { field: `queries.${index}.filters`, signal });
    }
    throw error;
  }
}
