/** Turns the platform of jobs into its speed, next to bare BullMQ and to plain loops, and into how well its schedules keep time. */
import type { Bench } from '../bench.js';
import { measureAggregations } from '../jobs/aggregation-times.js';
import { measureNoops } from '../jobs/noop-rates.js';
import { measureDrift } from '../jobs/schedule-drift.js';
import { measureOnce } from '../jobs/schedule-once.js';
import type { Row } from '../row.js';

export async function measureJobs(bench: Bench): Promise<Row[]> {
  return [
    ...(await measureNoops(bench)),
    ...(await measureAggregations(bench)),
    ...(await measureDrift(bench)),
    ...(await measureOnce(bench)),
  ];
}
