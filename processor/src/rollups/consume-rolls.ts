/** Rolls the site of an analytics job, marking the requested range first. */
import type { HourlyRollupData, RebuildData, SiteData } from '@millrace/shared/contract/job-data';
import type { RollResult } from '@millrace/shared/contract/job-results';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { eraseSite, isErasurePending } from '../erase/erase-site.js';
import type { CorruptSegmentError } from '../segments/stored-segments.js';
import { busy, retryWhileBusy } from './claim-site.js';
import { markRange } from './mark-range.js';
import { rollSite } from './roll-site.js';

export type RollData = (SiteData | HourlyRollupData | RebuildData) & { site_id: string };

export interface RollConsumer {
  /** `onProgress` receives the percentage done. */
  consume(data: RollData, onProgress: (percent: number) => Promise<unknown> | unknown): Promise<RollResult>;
  /** Ends the running roll after its current transaction; remaining marks are kept. */
  stop(): void;
}

/** How long a job with a range waits for another roll of its site before the queue retries it with back-off. */
const patience = { attempts: 40, pauseMs: 250 };

/** The range to recompute; undefined for a job that only processes existing marks. */
function rangeOf(data: RollData): { from: Date; to: Date } | undefined {
  if ('startTime' in data) return { from: new Date(data.startTime), to: new Date(data.endTime) };
  if ('from' in data) return { from: new Date(data.from), to: new Date(data.to) };
  return undefined;
}

export function createRollConsumer(pool: Pool, clock = () => new Date(), logger?: Logger): RollConsumer {
  const stopping = new AbortController();
  type OnProgress = Parameters<RollConsumer['consume']>[1];

  /** Erases the site instead if that was requested. */
  async function roll(siteId: string, onProgress: OnProgress) {
    if ((await isErasurePending(pool, siteId)) && (await eraseSite(pool, siteId, stopping.signal)) === busy)
      return busy;
    const onCorrupt = (error: CorruptSegmentError) =>
      logger?.error({ site_id: siteId, err: error }, 'dropped a corrupt segment; its intervals will be rolled again');
    return rollSite(pool, siteId, { now: clock(), signal: stopping.signal, onProgress, onCorrupt });
  }

  return {
    async consume(data, onProgress) {
      const range = rangeOf(data);
      if (range === undefined) {
        const summary = await roll(data.site_id, onProgress);
        return summary === busy ? { skipped: 'another roll of this site is running' } : summary;
      }
      await markRange(pool, data.site_id, range.from, range.to);
      const summary = await retryWhileBusy(() => roll(data.site_id, onProgress), patience, stopping.signal);
      if (summary !== busy) return summary;
      throw new Error(
        `Site ${data.site_id} is being rolled by another job; the range stays marked and the job is retried.`,
      );
    },
    stop: () => stopping.abort(),
  };
}
