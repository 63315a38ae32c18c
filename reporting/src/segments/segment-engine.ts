/** The engine of questions: threads that count, and what they count from in memory. */
import type { Lifecycle } from '@millrace/shared/lifecycle';
import type { Logger } from '@millrace/shared/logger';
import { createMemory, type Memory } from './memory.js';
import type { SegmentEnvironment } from './segment-settings.js';
import { createThreadPool, type ThreadPool } from './thread-pool.js';

export interface SegmentEngine {
  memory: Memory;
  pool: ThreadPool;
  logger: Logger;
}

export interface EngineSettings {
  threads: number;
  cacheMb: number;
}

export const createSegmentEngine = ({ threads, cacheMb }: EngineSettings, logger: Logger): SegmentEngine => ({
  memory: createMemory(cacheMb * 2 ** 20),
  pool: createThreadPool(threads, logger),
  logger,
});

/** Undefined where Postgres counts: `SEGMENT_THREADS=0`. */
export function openSegmentEngine(
  environment: SegmentEnvironment,
  logger: Logger,
  lifecycle: Pick<Lifecycle, 'onClose'>,
): SegmentEngine | undefined {
  const { SEGMENT_THREADS: threads, SEGMENT_CACHE_MB: cacheMb } = environment;
  if (threads === 0) return undefined;
  const engine = createSegmentEngine({ threads, cacheMb }, logger);
  lifecycle.onClose('threads that count', () => engine.pool.close());
  return engine;
}
