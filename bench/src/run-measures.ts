import { join } from 'node:path';
import type { Bench } from './bench.js';
import { measureAggregates } from './measures/aggregates.js';
import { measureDashboard } from './measures/dashboard.js';
import { measureCopy, measureDrain } from './measures/drain.js';
import { measureEdge } from './measures/edge.js';
import { measureExports } from './measures/exports.js';
import { measureFreshness } from './measures/freshness.js';
import { measureJobs } from './measures/jobs.js';
import { measureLive } from './measures/live.js';
import { measureMemory } from './measures/memory.js';
import { measurePostgresQueue } from './measures/postgres-queue.js';
import { measureQuery } from './measures/query.js';
import { measureRollup } from './measures/rollup.js';
import { measureBatch, measureExpress, measureSingle } from './measures/single.js';
import { formatProfile, formatRows } from './results/format-results.js';
import { summarizeProfiles, takeProfiles } from './results/profile.js';
import type { Row } from './row.js';

interface Measure {
  name: string;
  /** @throws CommandError when it could not measure. */
  run(bench: Bench): Promise<Row[]>;
}

/** In the order in which they run. */
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

/** Runs one measure after the other, since each needs the whole machine. Returns Markdown: one table, then the profiles. */
export async function runMeasures(bench: Bench, chosen: readonly Measure[]): Promise<string[]> {
  const rows: Row[] = [];
  const profiles: string[] = [];
  for (const { name, run } of chosen) {
    process.stdout.write(`${name}:\n`);
    rows.push(...(await run(bench)));
    if (bench.profileFolder) profiles.push(...formatProfiles(bench.profileFolder, name));
  }
  return [...formatRows(rows), ...profiles];
}

function formatProfiles(folder: string, measure: string): string[] {
  return ['ingestion', 'processor', 'reporting'].flatMap((service) => {
    const profiles = takeProfiles(join(folder, service));
    return profiles ? ['', ...formatProfile(`${service}, measure ${measure}`, summarizeProfiles(profiles))] : [];
  });
}
