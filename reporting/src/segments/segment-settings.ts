/** Settings of the engine that counts. */
import { availableParallelism } from 'node:os';
import Joi from 'joi';

export interface SegmentEnvironment {
  /** Threads that count; 0 leaves that to Postgres. */
  SEGMENT_THREADS: number;
  SEGMENT_CACHE_MB: number;
}

/** While they count, the main thread waits: of two cores both are theirs, of more one is left to what goes on besides. */
export const defaultThreads = (cores: number): number => Math.max(Math.min(cores, 2), cores - 1);

export const segmentSettings = {
  SEGMENT_THREADS: Joi.number()
    .integer()
    .min(0)
    .max(64)
    .default(() => defaultThreads(availableParallelism())),
  SEGMENT_CACHE_MB: Joi.number().integer().min(1).max(65_536).default(256),
};
