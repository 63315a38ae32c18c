/** Settings of the engine that counts. */
import { availableParallelism } from 'node:os';
import Joi from 'joi';

export interface SegmentEnvironment {
  /** Threads that count; 0 leaves that to Postgres. */
  SEGMENT_THREADS: number;
  SEGMENT_CACHE_MB: number;
}

export const segmentSettings = {
  SEGMENT_THREADS: Joi.number()
    .integer()
    .min(0)
    .max(64)
    .default(() => Math.max(1, availableParallelism() - 1)),
  SEGMENT_CACHE_MB: Joi.number().integer().min(1).max(65_536).default(256),
};
