/** A connection to the Redis that the queue is on, for whoever keeps something else there. */
import { Redis } from 'ioredis';
import type { QueueLocation } from '../platform/config.js';
import { createErrorLog, type Logger } from '../platform/logger.js';
import { redisFailFast, redisOptions } from './queue-connection.js';

export type { Redis } from 'ioredis';

/**
 * Commands fail as soon as Redis is known to be unreachable, and after `commandTimeoutMs` when it hangs; it is tried again meanwhile.
 * Those of before the connection is made wait for it.
 */
export function openRedis(location: QueueLocation, logger: Logger, commandTimeoutMs: number): Redis {
  const options = { ...redisOptions(location), ...redisFailFast(commandTimeoutMs), enableOfflineQueue: true };
  const redis = new Redis(options);
  redis.on('error', createErrorLog(logger, 'Redis cannot be reached'));
  return redis;
}
