import { ServiceError } from '@millrace/shared/platform/errors';
import type { Pool } from '@millrace/shared/platform/postgres';
import { checkPatterns, patternsOf } from '../query-request/check-patterns.js';
import type { BatchRequest } from '../query-request/parse-batch.js';

export const patternsOfBatch = ({ filter, queries }: BatchRequest): string[] => [
  ...patternsOf(filter),
  ...queries.flatMap(({ ownFilter }) => patternsOf(ownFilter)),
];

/** Checks all patterns at once. Only if that fails, checks query by query to name the invalid one. @throws ServiceError `invalid_request`. */
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
