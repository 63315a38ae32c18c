import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { CommandError } from '@millrace/shared/commands/command-error';
import { type Bench, withClosing } from '../bench.js';
import { caseRows, engineRows, equalityRow, growthRows, type SizedTimes } from '../query/case-rows.js';
import { coldRows } from '../query/cold-answers.js';
import { explainPlans } from '../query/explain-plans.js';
import { measureLoaded } from '../query/loaded-rows.js';
import type { QueryCase } from '../query/query-case.js';
import { queryCases } from '../query/query-cases.js';
import { bytesRows, readTableSizes } from '../query/store-rows.js';
import { type CaseRuns, type CaseTimes, timeCase } from '../query/time-case.js';
import { measureTodaySoFar } from '../query/today-so-far.js';
import { recordPlans } from '../results/record-results.js';
import { type RolledServer, startRolledServer } from '../rolled-server.js';
import { infoRow, limitRow, percentile, type Row } from '../row.js';

const largerNeedsBytes = 60e9;

export async function measureQuery(bench: Bench): Promise<Row[]> {
  const { smallerEvents, events, largerEvents } = bench.settings.query;
  if (bench.fullGrowth) checkDisk();
  const smaller = await measureSize(bench, smallerEvents);
  const { rows, ...main } = await measureMain(bench, events);
  const larger = bench.fullGrowth ? [await measureSize(bench, largerEvents)] : [];
  return [...rows, ...growthRows([smaller, main, ...larger])];
}

/** @throws CommandError when the larger database would not fit. */
function checkDisk(): void {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize < largerNeedsBytes) {
    throw new CommandError(`--full-growth needs 60 GB of free disk below ${tmpdir()}; set TMPDIR to another place.`);
  }
}

const sizedTimes = (events: number, measured: Map<string, CaseTimes>): SizedTimes => ({
  events,
  times: new Map([...measured].flatMap(([name, { ours }]) => (ours ? [[name, ours.ms]] : []))),
});

/** Measures over the database to which the bars apply. */
const measureMain = (bench: Bench, events: number): Promise<SizedTimes & { rows: Row[] }> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, { events });
    const processorPeakMb = server.processor.peakRssMb();
    const sizes = await readTableSizes(server.database.pool);
    const cases = queryCases(Date.now());
    const measured = await timeCases(bench, server, cases.all, bench.settings.query);
    const equality = equalityRow(measured);
    if (bench.quick && !equality.met) throw new CommandError(`Answers differ: ${equality.note}`);
    const rows = cases.all.flatMap((each) => {
      const times = measured.get(each.name)!;
      return [...caseRows(each, times), ...engineRows(each, times, events)];
    });
    rows.push(equality);
    for (const each of cases.cold) {
      bench.say(`${each.name}, with nothing cached`);
      rows.push(...(await coldRows(bench, server.database, each, events)));
    }
    rows.push(...(await measureLoaded(bench, server, cases.panels, measured)));
    rows.push(...todayRows(bench, await measureTodaySoFar(bench, closing, server)));
    await explain(bench, server, events, cases.all);
    const amount = `${events.toLocaleString('en')} events of 60 days${bench.settings.query.allSites ? ' and 40 sites' : ''}`;
    rows.push(
      ...bytesRows(sizes, events),
      infoRow(`query: rolling up ${amount}`, server.rollSeconds, 's'),
      infoRow('query: peak memory of the processor while rolling up', processorPeakMb, 'MB'),
    );
    return { ...sizedTimes(events, measured), rows };
  });

/** Our times only, for the growth rows; plain SQL runs once, to compare answers. */
const measureSize = (bench: Bench, events: number): Promise<SizedTimes> =>
  withClosing(bench, async (closing) => {
    const server = await startRolledServer(bench, closing, { events });
    const measured = await timeCases(bench, server, queryCases(Date.now()).all, {
      ...bench.settings.query,
      rawRuns: 0,
    });
    const { met, note } = equalityRow(measured);
    if (!met) throw new CommandError(`Answers over ${events.toLocaleString('en')} events differ: ${note}`);
    return sizedTimes(events, measured);
  });

async function timeCases(
  bench: Bench,
  { database: { pool }, reporting }: RolledServer,
  cases: QueryCase[],
  runs: CaseRuns,
): Promise<Map<string, CaseTimes>> {
  const measured = new Map<string, CaseTimes>();
  for (const queryCase of cases) {
    bench.stopped.throwIfAborted();
    bench.say(queryCase.name);
    const timing = timeCase({ pool, reporting }, queryCase, runs);
    measured.set(queryCase.name, await Promise.race([timing, reporting.crashed]));
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
