/** Runs a metrics job: on its site, or fanned out to a child job per site. */
import type { MetricsData } from '@millrace/shared/contract/job-data';
import type { FanOutResult, RowsResult } from '@millrace/shared/contract/job-results';
import type { Pool } from '@millrace/shared/platform/postgres';
import type { RetrySettings } from '@millrace/shared/queue/add-job';
import type { HandleJob } from '@millrace/shared/queue/job-worker';
import type { QueueHandle } from '@millrace/shared/queue/queue';
import { readSitePriorities } from '@millrace/shared/queue/site-priorities';
import { unknownSite } from '../aggregations/claim-aggregation.js';
import { calculateMetrics } from '../metrics/calculate-metrics.js';
import { activeSites, siteTimezone } from '../rollups/find-sites.js';
import { fanOut } from './fan-out.js';

export interface MetricsDeps {
  pool: Pool;
  queueHandle: QueueHandle;
  retry: RetrySettings;
}

export function createMetricsConsumer({ pool, queueHandle, retry }: MetricsDeps): HandleJob<RowsResult | FanOutResult> {
  return async (job, token) => {
    const { site_id, ...data } = job.data as MetricsData;
    if (site_id === undefined) {
      return fanOut(job, token, {
        queue: queueHandle.queue,
        retry,
        findSites: () => activeSites(pool, new Date()),
        prioritiesOf: (sites) => readSitePriorities(pool, sites),
      });
    }
    const timezone = await siteTimezone(pool, site_id);
    if (timezone === undefined) return unknownSite;
    const at = data.at ?? new Date(job.timestamp).toISOString();
    return calculateMetrics({ pool, siteId: site_id, timezone, ...data, at });
  };
}
