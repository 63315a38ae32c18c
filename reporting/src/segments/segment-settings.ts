import { availableParallelism } from 'node:os';
import Joi from 'joi';

export interface SegmentEnvironment {
  /** Number of threads; 0 leaves counting to Postgres. */
  SEGMENT_THREADS: number;
  SEGMENT_CACHE_MB: number;
}

/** The main thread waits while the threads count, so they use both of two cores. With more cores, one is left for other work. */
export const defaultThreads = (cores: number): number => Math.max(Math.min(cores, 2), cores - 1);

export const segmentSettings = {
  SEGMENT_THREADS: Joi.number()
    .integer()
    .min(0)
    .max(64)
    .default(() => defaultThreads(availableParallelism())),
  SEGMENT_CACHE_MB: Joi.number().integer().min(1).max(65_536).default(256),
};
