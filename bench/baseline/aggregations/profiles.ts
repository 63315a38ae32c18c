/** Turns a site's events into the performance of its profiles by day, as a straightforward program does. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { countOf, dayOf, earnings, groupBy, percent, readEvents, upsert } from './plain-rows.js';

export async function profiles(pool: Pool, siteId: string): Promise<void> {
  const types = ['impression', 'view', 'click', 'signup', 'payment', 'revenue'];
  const events = await readEvents(pool, siteId, types);
  const known = events.filter(({ profile_id }) => profile_id !== null);
  for (const [day, ofDay] of groupBy(known, ({ timestamp }) => dayOf(timestamp))) {
    for (const [profile_id, group] of groupBy(ofDay, ({ profile_id }) => profile_id!)) {
      const [impressions, clicks] = [countOf(group, 'impression'), countOf(group, 'click')];
      const signups = countOf(group, 'signup');
      const payments = group.filter(
        ({ event_type, properties }) => event_type === 'payment' && properties!.status === 'succeeded',
      ).length;
      await upsert(
        pool,
        'profile_performance',
        { site_id: siteId, day, profile_id },
        {
          impressions,
          views: countOf(group, 'view'),
          clicks,
          signups,
          payments,
          conversions: signups + payments,
          ctr: percent(clicks, impressions),
          conversion_rate: percent(signups + payments, clicks),
          revenue: earnings(group),
          ecpm: impressions === 0 ? {} : earnings(group, 1_000 / impressions),
        },
      );
    }
  }
}
