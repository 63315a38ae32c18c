/** Turns the names of measures into what they measure: adding one means its own file and one line here. */
import type { Bench } from './bench.js';
import { measureAggregates } from './measures/aggregates.js';
import { measureBatch } from './measures/batch.js';
import { measureCopy } from './measures/copy.js';
import { measureDashboard } from './measures/dashboard.js';
import { measureDrain } from './measures/drain.js';
import { measureEdge } from './measures/edge.js';
import { measureExports } from './measures/exports.js';
import { measureExpress } from './measures/express.js';
import { measureFreshness } from './measures/freshness.js';
import { measureJobs } from './measures/jobs.js';
import { measureLive } from './measures/live.js';
import { measureMemory } from './measures/memory.js';
import { measurePostgresQueue } from './measures/postgres-queue.js';
import { measureQuery } from './measures/query.js';
import { measureRollup } from './measures/rollup.js';
import { measureSingle } from './measures/single.js';
import type { Row } from './row.js';

export interface Measure {
  name: string;
  /** @throws ClearError when it could not measure. */
  run(bench: Bench): Promise<Row[]>;
}

/** All measures, in the order in which they run. */
export const measures: readonly Measure[] = [
  { name: 'single', run: measureSingle },
  { name: 'express', run: measureExpress },
  { name: 'batch', run: measureBatch },
  { name: 'edge', run: measureEdge },
  { name: 'drain', run: measureDrain },
  { name: 'copy', run: measureCopy },
  { name: 'freshness', run: measureFreshness },
  { name: 'live', run: measureLive },
  { name: 'memory', run: measureMemory },
  { name: 'postgres-queue', run: measurePostgresQueue },
  { name: 'rollup', run: measureRollup },
  { name: 'query', run: measureQuery },
  { name: 'aggregates', run: measureAggregates },
  { name: 'jobs', run: measureJobs },
  { name: 'exports', run: measureExports },
  { name: 'dashboard', run: measureDashboard },
];
