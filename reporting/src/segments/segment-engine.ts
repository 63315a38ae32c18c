/** The segment engine: threads that count events, and the memory they count from. */
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
  /** Limits each site to one refresh of its tail at a time. */
  tailLock: KeyedLock;
  /** Fewer raw events than this are not kept in memory but read for each query. */
  minTailEvents: number;
  /** More raw events than this are read in several batches of intervals. */
  tailBatchEvents: number;
  /** Each thread gets at least this many events. */
  minEventsPerThread: number;
  logger: Logger;
  /** Marks the intervals of a corrupt segment, so that the next roll rebuilds it from raw events. */
  rebuild(siteId: string, covers: IntervalRanges): Promise<void>;
}

export interface EngineSettings {
  threads: number;
  cacheMb: number;
  minTailEvents?: number;
  tailBatchEvents?: number;
  minEventsPerThread?: number;
}

/** Reading this many events is as fast as finding the new ones among those of all sites. */
const minTailEvents = 2_000;
/** Takes about a second to read. */
const tailBatchEvents = 100_000;
/** With fewer events, distributing them takes longer than it saves. */
const minEventsPerThread = 200_000;

/** Without `writePool`, corrupt segments are only logged, not marked to be rebuilt. */
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

/** Undefined with `SEGMENT_THREADS=0`, which leaves counting to Postgres. */
export function openSegmentEngine(
  environment: SegmentEnvironment,
  logger: Logger,
  lifecycle: Pick<Lifecycle, 'onClose'>,
  writePool: Pool,
): SegmentEngine | undefined {
  const { SEGMENT_THREADS: threads, SEGMENT_CACHE_MB: cacheMb } = environment;
  if (threads === 0) return undefined;
  const engine = createSegmentEngine({ threads, cacheMb }, logger, writePool);
  lifecycle.onClose('engine threads', () => engine.pool.close());
  return engine;
}
