import { ServiceError } from '@millrace/shared/platform/errors';
import type { AnswerStore } from './answer-store.js';

/** What is asked of the store itself, or of the queue beside it. @throws ServiceError `queue_unavailable` while Redis is unreachable. */
export async function reachStore<T>({ kind }: Pick<AnswerStore, 'kind'>, asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (kind !== 'redis' || error instanceof ServiceError) throw error;
    throw new ServiceError('queue_unavailable', 'Redis, which keeps the answers, cannot be reached. Retry.');
  });
}
