/** When the data of a dataset of aggregates was computed, or why there is none. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { rangeOfPeriods } from './aggregated-range.js';
import type { ResolvedDataset } from './read-dataset.js';

export interface AggregatedMeta {
  /** Null if nothing has been written yet. */
  aggregated_at: Date | null;
  /** An explanation if `aggregated_at` is null. */
  note?: string;
}

const ofAggregations = `/* reporting.aggregatedAt */
select case when isfinite(aggregated_at) then aggregated_at end as at from site_aggregations where site_id = $1`;

const ofMetrics = `/* reporting.metricsComputedAt */
select max(computed_at) as at from site_metrics
where site_id = $1 and metric_type = $2 and period_type = $3 and period_start >= $4 and period_start < $5`;

const notes = {
  aggregations:
    'This site has not been aggregated yet. Aggregations run every hour and include events stored up to a minute or two before; docs/datasets.md shows how to run one now.',
  metrics:
    'No metrics have been computed for the periods of this range. Hourly metrics are computed when the hour is over, others by jobs of the queue metrics-calculation.',
};

function metricsOf(resolved: ResolvedDataset) {
  const { siteId, params } = resolved;
  const { from, to } = rangeOfPeriods(resolved, params.period_type);
  return { text: ofMetrics, values: [siteId, params.metric_type, params.period_type, from, to] };
}

/** `client` must be in the same snapshot as the rows. */
export async function readAggregated(client: PoolClient, resolved: ResolvedDataset): Promise<AggregatedMeta> {
  const isMetrics = resolved.dataset.sources?.includes('metrics') ?? false;
  const query = isMetrics ? metricsOf(resolved) : { text: ofAggregations, values: [resolved.siteId] };
  const { rows } = await client.query<{ at: Date | null }>(query);
  const at = rows[0]?.at ?? null;
  return { aggregated_at: at, ...(at === null && { note: isMetrics ? notes.metrics : notes.aggregations }) };
}
