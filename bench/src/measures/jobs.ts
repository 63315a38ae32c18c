import type { Bench } from '../bench.js';
import { measureAggregations } from '../jobs/aggregation-times.js';
import { measureNoops } from '../jobs/noop-rates.js';
import { measureDrift, measureOnce } from '../jobs/schedules.js';
import type { Row } from '../row.js';

export async function measureJobs(bench: Bench): Promise<Row[]> {
  return [
    ...(await measureNoops(bench)),
    ...(await measureAggregations(bench)),
    ...(await measureDrift(bench)),
    ...(await measureOnce(bench)),
  ];
}
