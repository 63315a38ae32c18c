/** The engine of questions: threads that count, and what they count from in memory. */
import type { Lifecycle } from '@millrace/shared/platform/lifecycle';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { IntervalRanges } from '@millrace/shared/segments/interval-ranges';
import { markIntervals } from '@millrace/shared/segments/mark-intervals';
import { createKeyedLock, type KeyedLock } from './keyed-lock.js';
import { createMemory, type Memory } from './memory.js';
import type { SegmentEnvironment } from './segment-settings.js';
import { createThreadPool, type ThreadPool } from './thread-pool.js';

export interface SegmentEngine {
  memory: Memory;
  pool: ThreadPool;
  /** One refresh of a site's tail at a time. */
  tailLock: KeyedLock;
  /** Fewer raw events than this are read each time. */
  minTailEvents: number;
  /** More raw events than this are read interval by interval. */
  tailBatchEvents: number;
  /** Fewer events than this are counted by one thread. */
  minEventsPerThread: number;
  logger: Logger;
  /** Has a segment that cannot be read built again. */
  rebuild(siteId: string, covers: IntervalRanges): Promise<void>;
}

export interface EngineSettings {
  threads: number;
  cacheMb: number;
  minTailEvents?: number;
  tailBatchEvents?: number;
  minEventsPerThread?: number;
}

/** So many events are read as fast as what is new among those of all sites. */
const minTailEvents = 2_000;
/** About a second of reading. */
const tailBatchEvents = 100_000;
/** To share them takes longer. */
const minEventsPerThread = 200_000;

/** `writePool` is where marks are written; absent: what is corrupt is only logged. */
export const createSegmentEngine = (
  { threads, cacheMb, ...settings }: EngineSettings,
  logger: Logger,
  writePool?: Pool,
): SegmentEngine => ({
  memory: createMemory(Math.ceil(cacheMb * 2 ** 20)),
  pool: createThreadPool(threads, logger),
  tailLock: createKeyedLock(),
  minTailEvents: settings.minTailEvents ?? minTailEvents,
  tailBatchEvents: settings.tailBatchEvents ?? tailBatchEvents,
  minEventsPerThread: settings.minEventsPerThread ?? minEventsPerThread,
  logger,
  rebuild: async (siteId, covers) => {
    if (writePool) await markIntervals(writePool, siteId, covers);
  },
});

/** Undefined where Postgres counts: `SEGMENT_THREADS=0`. */
export function openSegmentEngine(
  environment: SegmentEnvironment,
  logger: Logger,
  lifecycle: Pick<Lifecycle, 'onClose'>,
  writePool: Pool,
): SegmentEngine | undefined {
  const { SEGMENT_THREADS: threads, SEGMENT_CACHE_MB: cacheMb } = environment;
  if (threads === 0) return undefined;
  const engine = createSegmentEngine({ threads, cacheMb }, logger, writePool);
  lifecycle.onClose('threads that count', () => engine.pool.close());
  return engine;
}
