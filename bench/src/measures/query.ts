/** How fast exact answers come over HTTP, how much faster than plain SQL, and how that grows with the events. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ClearError } from '@millrace/dev/clear-error';
import { type Bench, withClosing } from '../bench.js';
import { explainPlans } from '../query/explain-plans.js';
import { growthRows, type SizedTimes } from '../query/growth-rows.js';
import { type QueryCase, queryCases } from '../query/query-cases.js';
import { type RolledServer, startRolledServer } from '../query/rolled-server.js';
import { type CaseTimes, timeCase } from '../query/time-case.js';
import { measureTodaySoFar } from '../query/today-so-far.js';
import { recordPlans } from '../results/record-plans.js';
import { infoRow, limitRow, type Row, speedupRow } from '../row.js';
import { percentile } from '../statistics.js';

const largerNeedsBytes = 60e9;

export async function measureQuery(bench: Bench): Promise<Row[]> {
  const { smallerEvents, events, largerEvents } = bench.settings.query;
  if (bench.fullGrowth) checkDisk();
  const smaller = await measureSize(bench, smallerEvents);
  const { rows, ...main } = await measureMain(bench, events);
  const larger = bench.fullGrowth ? [await measureSize(bench, largerEvents)] : [];
  return [...rows, ...growthRows([smaller, main, ...larger])];
}

/** @throws ClearError when the larger database would not fit. */
function checkDisk(): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < largerNeedsBytes) {
    throw new ClearError(`--full-growth needs 60 GB of free disk below ${tmpdir()}; set TMPDIR to another place.`);
  }
}

/** The database on which bars are set. */
const measureMain = (bench: Bench, events: number): Promise<SizedTimes & { rows: Row[] }> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, events);
    const cases = queryCases(Date.now());
    const measured = await timeCases(bench, server, cases, bench.settings.query.rawRuns);
    const processorPeakMb = server.processor.peakRssMb();
    const today = await measureTodaySoFar(bench, closing, server);
    const plans = await explainPlans(bench, server.database, cases);
    if (bench.quick) bench.say(`${plans.length} lines of plans`);
    else bench.say(`plans are in ${recordPlans(events, plans)}`);
    const times = new Map([...measured].map(([name, { oursMs }]) => [name, oursMs]));
    const rows = [
      ...cases.flatMap((asked) => rowsOf(asked, measured.get(asked.name)!)),
      ...todayRows(bench, today),
      infoRow(
        `query: rolling up ${events.toLocaleString('en')} events of 60 days${bench.settings.query.allSites ? ' and 40 sites' : ''}`,
        server.rollSeconds,
        's',
      ),
      infoRow('query: peak memory of the processor meanwhile', processorPeakMb, 'MB'),
    ];
    return { events, times, rows };
  });

/** Only our times, for the curve of growth; plain SQL is asked once, to compare. */
const measureSize = (bench: Bench, events: number): Promise<SizedTimes> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, events);
    const measured = await timeCases(bench, server, queryCases(Date.now()), 0);
    return { events, times: new Map([...measured].map(([name, { oursMs }]) => [name, oursMs])) };
  });

async function timeCases(bench: Bench, server: RolledServer, cases: QueryCase[], rawRuns: number) {
  const measured = new Map<string, CaseTimes>();
  for (const asked of cases) {
    bench.stopped.throwIfAborted();
    bench.say(`asking for ${asked.name}`);
    const runs = { requests: bench.settings.query.requests, rawRuns };
    const { crashed } = server.reporting;
    const timing = timeCase(server.database.pool, server.reporting.url, asked, runs);
    measured.set(asked.name, await Promise.race([timing, crashed]));
  }
  return measured;
}

function rowsOf({ name, limitMs, atLeast }: QueryCase, { oursMs, rawMs }: CaseTimes): Row[] {
  return [
    limitRow(`query: ${name}, over HTTP, p95 of ${oursMs.length}`, percentile(oursMs, 95), limitMs, 'ms'),
    speedupRow(`query: ${name}, p50 vs plain SQL over events`, oursMs, rawMs, atLeast),
  ];
}

function todayRows({ settings }: Bench, times: number[]): Row[] {
  const open = settings.query.openEvents.toLocaleString('en');
  const name = `query: today so far with ${open} events in the open interval and 1,000 more a second`;
  return [
    limitRow(`${name}, p95 of ${times.length}`, percentile(times, 95), 250, 'ms'),
    infoRow(`${name}, p50`, percentile(times, 50), 'ms'),
  ];
}
