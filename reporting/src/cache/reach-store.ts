import { ServiceError } from '@millrace/shared/platform/errors';
import type { AnswerStore } from './answer-store.js';

/** For direct use of the store, or of the queue next to it. @throws ServiceError `queue_unavailable` while Redis is unreachable. */
export async function reachStore<T>({ kind }: Pick<AnswerStore, 'kind'>, asked: Promise<T>): Promise<T> {
  return asked.catch((error) => {
    if (kind !== 'redis' || error instanceof ServiceError) throw error;
    throw new ServiceError('queue_unavailable', 'Redis, which holds the cached answers, is unreachable. Retry later.');
  });
}
