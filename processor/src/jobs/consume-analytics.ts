/** Runs an analytics job: on its site, or fanned out to a child job per site. */
import type { FanOutResult, RollResult, RowsResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { QueueHandle } from '@millrace/shared/queue/queue';
import { readSitePriorities } from '@millrace/shared/queue/site-priorities';
import { consumeAggregation } from '../aggregations/consume-aggregations.js';
import type { RollConsumer, RollData } from '../rollups/consume-rolls.js';
import { activeSites, allSites, sitesToRoll } from '../rollups/find-sites.js';
import { fanOut } from './fan-out.js';

export interface AnalyticsDeps {
  pool: Pool;
  rolls: RollConsumer;
  /** Receives the children of a job for all sites. */
  siteQueue: QueueHandle;
  retry: RetrySettings;
  graceDays?: number | undefined;
}

const rollJobs = ['roll', 'HOURLY_ROLLUP', 'rebuild'];

/** The sites of a job without a site. */
function sitesFor(pool: Pool, name: string): Promise<string[]> {
  if (name === 'roll') return sitesToRoll(pool, new Date());
  return name === 'rebuild' ? allSites(pool) : activeSites(pool, new Date());
}

export function createAnalyticsConsumer(deps: AnalyticsDeps): HandleJob<RollResult | RowsResult | FanOutResult> {
  const { pool, rolls, siteQueue, retry, graceDays } = deps;
  return (job, token) => {
    const { site_id } = job.data as { site_id?: string };
    if (site_id === undefined) {
      return fanOut(job, token, {
        queue: siteQueue.queue,
        retry,
        findSites: () => sitesFor(pool, job.name),
        prioritiesOf: (sites) => readSitePriorities(pool, sites),
      });
    }
    const onProgress = (percent: number) => job.updateProgress(percent);
    if (rollJobs.includes(job.name)) return rolls.consume(job.data as RollData, onProgress);
    // Schedules set `at`; otherwise the time at which the job was added counts, however late it runs.
    const data = { at: new Date(job.timestamp).toISOString(), ...job.data };
    return consumeAggregation(pool, job.name, data, { now: new Date(), graceDays, onProgress });
  };
}
