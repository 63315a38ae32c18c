/** Turns all sites into their aggregates as a straightforward program does: one site, one aggregation, one row after the other. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { cohorts } from './cohorts.js';
import { profiles } from './profiles.js';
import { publisher } from './publisher.js';
import { revenue } from './revenue.js';
import { tournaments } from './tournaments.js';

/** Each aggregation reads the site's events of its types, computes in JavaScript, and upserts each row by a statement of its own. */
export async function aggregateSites(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ site_id: string }>('select site_id from sites order by site_id');
  for (const { site_id } of rows) {
    for (const aggregate of [revenue, cohorts, tournaments, profiles, publisher]) await aggregate(pool, site_id);
  }
}
