/** `meta` of datasets that are read from what jobs have written: when that was, or why there is nothing yet. */
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { rangeOfPeriods } from './aggregated-range.js';
import type { ResolvedDataset } from './read-dataset.js';

export interface AggregatedMeta {
  /** Null while nothing was written. */
  aggregated_at: Date | null;
  /** For people, beside null. */
  note?: string;
}

const ofAggregations = `/* reporting.aggregatedAt */
select case when isfinite(aggregated_at) then aggregated_at end as at from site_aggregations where site_id = $1`;

const ofMetrics = `/* reporting.metricsComputedAt */
select max(computed_at) as at from site_metrics
where site_id = $1 and metric_type = $2 and period_type = $3 and period_start >= $4 and period_start < $5`;

const notes = {
  aggregations:
    'Nothing of this site has been aggregated yet. Aggregations run every hour, and count what was stored a minute or two before; docs/datasets.md says how to run one now.',
  metrics:
    'No metrics of the periods of this range have been computed yet. Those of an hour are computed when it is over, others by jobs of queue metrics-calculation.',
};

function metricsOf(resolved: ResolvedDataset) {
  const { siteId, params } = resolved;
  const { from, to } = rangeOfPeriods(resolved, params.period_type);
  return { text: ofMetrics, values: [siteId, params.metric_type, params.period_type, from, to] };
}

/** `client` has the snapshot that the rows are read in. */
export async function readAggregated(client: PoolClient, resolved: ResolvedDataset): Promise<AggregatedMeta> {
  const isMetrics = resolved.dataset.sources?.includes('metrics') ?? false;
  const query = isMetrics ? metricsOf(resolved) : { text: ofAggregations, values: [resolved.siteId] };
  const { rows } = await client.query<{ at: Date | null }>(query);
  const at = rows[0]?.at ?? null;
  return { aggregated_at: at, ...(at === null && { note: isMetrics ? notes.metrics : notes.aggregations }) };
}
