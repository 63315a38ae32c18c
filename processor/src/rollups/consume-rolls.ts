/** Turns an analytics job of one site into marks and a roll of that site. */
import { setTimeout as pause } from 'node:timers/promises';
import type { HourlyRollupData, RebuildData, SiteData } from '@millrace/shared/contract/job-data';
import type { RollResult } from '@millrace/shared/contract/job-results';
import type { Logger } from '@millrace/shared/platform/logger';
import type { Pool } from '@millrace/shared/platform/postgres';
import { eraseSite, isToBeErased } from '../erase/erase-site.js';
import type { CorruptSegmentError } from '../segments/stored-segments.js';
import { busy } from './claim-site.js';
import { markRange } from './mark-range.js';
import { rollSite } from './roll-site.js';

export type RollData = (SiteData | HourlyRollupData | RebuildData) & { site_id: string };

export interface RollConsumer {
  /** `onProgress` is told percents. */
  consume(data: RollData, onProgress: (percent: number) => Promise<unknown> | unknown): Promise<RollResult>;
  /** Lets the roll under way end after its transaction; what is marked stays marked. */
  stop(): void;
}

/** How long a job that must be done waits for another roll of its site, before the queue's back-off does. */
const patience = { attempts: 40, pauseMs: 250 };

/** The range that a job asks to be computed anew; undefined for one that only rolls what is marked. */
function rangeOf(data: RollData): { from: Date; to: Date } | undefined {
  if ('startTime' in data) return { from: new Date(data.startTime), to: new Date(data.endTime) };
  if ('from' in data) return { from: new Date(data.from), to: new Date(data.to) };
  return undefined;
}

export function createRollConsumer(pool: Pool, clock = () => new Date(), logger?: Logger): RollConsumer {
  const stopping = new AbortController();
  type OnProgress = Parameters<RollConsumer['consume']>[1];

  /** A site that is to be erased is, instead of being rolled. */
  async function roll(siteId: string, onProgress: OnProgress) {
    if ((await isToBeErased(pool, siteId)) && (await eraseSite(pool, siteId, stopping.signal)) === busy) return busy;
    const onCorrupt = (error: CorruptSegmentError) =>
      logger?.error(
        { site_id: siteId, err: error },
        'gave up a segment that cannot be read; its intervals are rolled again',
      );
    return rollSite(pool, siteId, { now: clock(), stopped: stopping.signal, onProgress, onCorrupt });
  }

  async function rollPatiently(siteId: string, onProgress: OnProgress): Promise<RollResult> {
    for (let attempt = 0; attempt < patience.attempts && !stopping.signal.aborted; attempt += 1) {
      const summary = await roll(siteId, onProgress);
      if (summary !== busy) return summary;
      await pause(patience.pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
    throw new Error(`Site ${siteId} is being rolled by another job; the range stays marked and is tried again.`);
  }

  return {
    async consume(data, onProgress) {
      const range = rangeOf(data);
      if (range === undefined) {
        const summary = await roll(data.site_id, onProgress);
        return summary === busy ? { skipped: 'another roll of this site is running' } : summary;
      }
      await markRange(pool, data.site_id, range.from, range.to);
      return rollPatiently(data.site_id, onProgress);
    },
    stop: () => stopping.abort(),
  };
}
