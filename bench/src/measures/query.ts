/** How fast exact answers come over HTTP, how much faster than plain SQL and other engines, and how that grows with the events. */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ClearError } from '@millrace/dev/clear-error';
import { type Bench, withClosing } from '../bench.js';
import { type EngineSide, startEngines } from '../engines/start-engines.js';
import { caseRows, coldRows, engineRows, equalityRow } from '../query/case-rows.js';
import { measureCold } from '../query/cold-answers.js';
import { explainPlans } from '../query/explain-plans.js';
import { growthRows, type SizedTimes } from '../query/growth-rows.js';
import { measureLoaded } from '../query/loaded-rows.js';
import type { QueryCase } from '../query/query-case.js';
import { queryCases } from '../query/query-cases.js';
import { type RolledServer, startRolledServer } from '../query/rolled-server.js';
import { bytesRows } from '../query/store-rows.js';
import { readTableSizes } from '../query/stored-bytes.js';
import { type CaseRuns, type CaseTimes, timeCase } from '../query/time-case.js';
import { measureTodaySoFar } from '../query/today-so-far.js';
import { recordPlans } from '../results/record-plans.js';
import { infoRow, limitRow, type Row } from '../row.js';
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

const sized = (events: number, measured: Map<string, CaseTimes>): SizedTimes => ({
  events,
  times: new Map([...measured].flatMap(([name, { ours }]) => (ours ? [[name, ours.ms]] : []))),
});

/** The database on which bars are set. */
const measureMain = (bench: Bench, events: number): Promise<SizedTimes & { rows: Row[] }> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, events);
    const processorPeakMb = server.processor.peakRssMb();
    const sizes = await readTableSizes(server.database.pool);
    const asked = queryCases(Date.now());
    const { measured, rows, clickhouseBytes } = await measureCases(bench, server, asked.all);
    for (const each of asked.cold) {
      bench.say(`asking new processes for ${each.name}`);
      rows.push(...coldRows(each, await measureCold(bench, server.database, each), measured.get(each.name)!));
    }
    rows.push(...(await measureLoaded(bench, server, asked.panels, measured)));
    rows.push(...todayRows(bench, await measureTodaySoFar(bench, closing, server)));
    await explain(bench, server, events, asked.all);
    const amount = `${events.toLocaleString('en')} events of 60 days${bench.settings.query.allSites ? ' and 40 sites' : ''}`;
    rows.push(
      ...bytesRows(sizes, events, clickhouseBytes),
      infoRow(`query: rolling up ${amount}`, server.rollSeconds, 's'),
      infoRow('query: peak memory of the processor meanwhile', processorPeakMb, 'MB'),
    );
    return { ...sized(events, measured), rows };
  });

interface MeasuredCases {
  measured: Map<string, CaseTimes>;
  rows: Row[];
  clickhouseBytes?: number;
}

/** The engines are gone afterwards: what comes next has the machine for itself. */
const measureCases = (bench: Bench, server: RolledServer, cases: QueryCase[]): Promise<MeasuredCases> =>
  withClosing(bench, async (closing) => {
    const engines = await startEngines(bench, closing, server.database.pool);
    const measured = await timeCases(bench, server, cases, engines, bench.settings.query);
    const rows = cases.flatMap((each) => {
      const times = measured.get(each.name)!;
      return [...caseRows(each, times), ...engineRows(each, times, engines)];
    });
    const equality = equalityRow(measured);
    if (bench.quick && !equality.met) throw new ClearError(`Answers differ: ${equality.note}`);
    const bytes = engines.map((engine) => ('bytes' in engine ? engine.bytes : undefined)).find((each) => each);
    return { measured, rows: [...rows, equality], ...(bytes && { clickhouseBytes: bytes }) };
  });

/** Only our times, for the curve of growth; plain SQL is asked once, to compare. */
const measureSize = (bench: Bench, events: number): Promise<SizedTimes> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, events);
    const runs = { ...bench.settings.query, rawRuns: 0 };
    const measured = await timeCases(bench, server, queryCases(Date.now()).all, [], runs);
    const { met, note } = equalityRow(measured);
    if (!met) throw new ClearError(`Answers over ${events.toLocaleString('en')} events differ: ${note}`);
    return sized(events, measured);
  });

async function timeCases(
  bench: Bench,
  { database: { pool }, reporting }: RolledServer,
  cases: QueryCase[],
  engines: EngineSide[],
  runs: CaseRuns,
): Promise<Map<string, CaseTimes>> {
  const measured = new Map<string, CaseTimes>();
  for (const asked of cases) {
    bench.stopped.throwIfAborted();
    bench.say(`asking for ${asked.name}`);
    const timing = timeCase({ pool, reporting, engines }, asked, runs);
    measured.set(asked.name, await Promise.race([timing, reporting.crashed]));
  }
  return measured;
}

function todayRows({ settings }: Bench, times: number[]): Row[] {
  const open = settings.query.openEvents.toLocaleString('en');
  const name = `query: t: today so far with ${open} events in the open interval and 1,000 more a second, 5 % late`;
  return [
    limitRow(`${name}, p95 of ${times.length}`, percentile(times, 95), 60, 'ms'),
    infoRow(`${name}, p50`, percentile(times, 50), 'ms'),
  ];
}

async function explain(bench: Bench, server: RolledServer, events: number, cases: QueryCase[]): Promise<void> {
  const plans = await explainPlans(bench, server.database, cases);
  if (bench.quick) bench.say(`${plans.length} lines of plans`);
  else bench.say(`plans are in ${recordPlans(events, plans)}`);
}
