/** Turns a site's advertising events into its performance by hour, day, week and month, as a straightforward program does. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { countOf, earnings, groupBy, percent, periodStart, readEvents, upsert } from './plain-rows.js';

const startOf = (instant: Date, granularity: string) =>
  granularity === 'hour'
    ? `${instant.toISOString().slice(0, 13)}:00:00Z`
    : `${periodStart(instant, granularity)}T00:00:00Z`;

export async function publisher(pool: Pool, siteId: string): Promise<void> {
  const events = await readEvents(pool, siteId, ['ad_request', 'impression', 'click', 'revenue']);
  for (const granularity of ['hour', 'day', 'week', 'month']) {
    for (const [bucket_start, group] of groupBy(events, ({ timestamp }) => startOf(timestamp, granularity))) {
      const [ad_requests, impressions, clicks] = ['ad_request', 'impression', 'click'].map((type) =>
        countOf(group, type),
      );
      await upsert(
        pool,
        'publisher_performance',
        { site_id: siteId, granularity, bucket_start },
        {
          ad_requests,
          impressions,
          clicks,
          ctr: percent(clicks!, impressions!),
          fill_rate: percent(impressions!, ad_requests!),
          revenue: earnings(group),
          ecpm: impressions === 0 ? {} : earnings(group, 1_000 / impressions!),
        },
      );
    }
  }
}
