/** Turns the tables of both sides into the certainty that they hold the same rows with the same figures. */
import { ClearError } from '@millrace/dev/clear-error';
import type { Pool } from '@millrace/shared/platform/postgres';
import { plainTable } from '../../baseline/aggregations/plain-rows.js';

/** Keys of each table beside the site, and figures that do not depend on the moment of computing. */
const tables: Record<string, { key: string; figures: string[] }> = {
  revenue_aggregates: {
    key: 'period_type, period_start, currency',
    figures: ['total_revenue', 'payments', 'succeeded', 'refunds', 'refunded'],
  },
  user_cohorts: { key: 'cohort_month, month_number', figures: ['cohort_size', 'users_retained'] },
  tournament_aggregates: {
    key: 'period_type, period_start',
    figures: ['created', 'completed', 'total_players', 'most_popular_format'],
  },
  profile_performance: {
    key: 'day, profile_id',
    figures: ['impressions', 'views', 'clicks', 'signups', 'payments', 'conversions'],
  },
  publisher_performance: {
    key: 'granularity, bucket_start',
    figures: ['ad_requests', 'impressions', 'clicks'],
  },
};

export async function createPlainTables(pool: Pool): Promise<void> {
  for (const table of Object.keys(tables)) {
    await pool.query(`create table ${plainTable(table)} (like ${table} including all)`);
  }
}

/** Rows of all tables. @throws ClearError when a row is missing on a side or has other figures there. */
export async function compareAggregates(pool: Pool): Promise<number> {
  let total = 0;
  for (const [table, { key, figures }] of Object.entries(tables)) {
    const list = (side: string) => figures.map((figure) => `${side}.${figure}`).join(', ');
    const { rows } = await pool.query<{ different: number; all: number }>(`/* bench.compareAggregates */
      select count(*) filter (where (${list('ours')}) is distinct from (${list('plain')}))::int as different, count(*)::int as all
      from ${table} as ours full join ${plainTable(table)} as plain using (site_id, ${key})`);
    const { different, all } = rows[0]!;
    if (different > 0)
      throw new ClearError(`${different} of ${all} rows of ${table} differ from the plain computation.`);
    total += all;
  }
  return total;
}
