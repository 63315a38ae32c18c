import type { QueueLocation } from '@millrace/shared/platform/config';
import { createErrorLog, type Logger } from '@millrace/shared/platform/logger';
import { redisFailFast, redisOptions } from '@millrace/shared/queue/queue-connection';
import { Redis } from 'ioredis';

export type { Redis } from 'ioredis';

/**
 * Connects to the queue's Redis, for other data. Commands wait for the first connection; later they fail at once while Redis is
 * unreachable, and after `commandTimeoutMs` when it hangs. It reconnects by itself.
 */
export function openRedis(location: QueueLocation, logger: Logger, commandTimeoutMs: number): Redis {
  const options = { ...redisOptions(location), ...redisFailFast(commandTimeoutMs), enableOfflineQueue: true };
  const redis = new Redis(options);
  redis.on('error', createErrorLog(logger, 'Redis is unreachable'));
  return redis;
}
