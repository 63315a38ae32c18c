import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { makeThrowAwayFolder } from '@millrace/dev/stores/throw-away-folder';
import { dayMs } from '@millrace/shared/time/durations';
import { type Bench, withClosing } from '../bench.js';
import { rangeOf, runExport, timeCopyOut, timeReport } from '../exports/run-export.js';
import { countComputations, timeAnswers, timeCachedAnswers } from '../exports/time-answers.js';
import { type ExportsServer, startExportsServer } from '../rolled-server.js';
import { infoRow, limitRow, median, memoryGrowthRow, percentile, type Row, ratioRow, speedupRow } from '../row.js';
import { type Server, startReporting } from '../sides/start-sides.js';
import { onlyBiggestSite } from '../traffic/traffic-sites.js';

const days = 30;
const count = (events: number) => events.toLocaleString('en');
const dayText = (daysAgo: number) => new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10);

type Range = [string, string];

export async function measureExports(bench: Bench): Promise<Row[]> {
  const large = await withClosing(bench, (closing) => measureLarge(bench, closing));
  return [...large, ...(await withClosing(bench, (closing) => measureReport(bench, closing)))];
}

async function measureLarge(bench: Bench, closing: ClosingList): Promise<Row[]> {
  const { rows, allRows } = bench.settings.exports;
  const server = await startExportsServer(bench, closing, { events: allRows, days, sites: onlyBiggestSite });
  const until = new Date();
  const first = new Date(until.getTime() - (days + 1) * dayMs);
  const part = await rangeOf(server.database.pool, first, rows, until);
  const whole: Range = [first.toISOString(), until.toISOString()];
  const work = async () => [
    ...(await measureCopy(bench, closing, server, part)),
    ...(await measureFormats(bench, server, part)),
    ...(await measureMemory(bench, server, whole)),
    ...(await measureAnswers(bench, server, whole)),
    ...(await measureCache(bench, closing, server)),
  ];
  return Promise.race([work(), server.reporting.crashed, server.worker.crashed]);
}

async function measureCopy(bench: Bench, closing: ClosingList, server: ExportsServer, range: Range): Promise<Row[]> {
  const { rounds, settings } = { rounds: bench.settings.rounds, settings: bench.settings.exports };
  const folder = makeThrowAwayFolder(closing);
  const rates = { ours: [] as number[], copy: [] as number[] };
  for (let round = 1; round <= rounds; round += 1) {
    const { seconds, rows } = await runExport(server.reporting.url, 'csv', range);
    rates.ours.push(rows / seconds);
    rates.copy.push(rows / (await timeCopyOut(server.database.pool, folder, range)));
    bench.say(
      `round ${round}: CSV ${Math.round(rates.ours.at(-1)!)} rows/s, COPY ${Math.round(rates.copy.at(-1)!)} rows/s`,
    );
  }
  const name = `exports: ${count(settings.rows)} raw events to CSV vs COPY to a file`;
  return [ratioRow(name, rates.ours, rates.copy, 0.5, 'rows/s')];
}

async function measureFormats(bench: Bench, { reporting }: ExportsServer, range: Range): Promise<Row[]> {
  const rows: Row[] = [];
  for (const format of ['xlsx', 'parquet', 'ndjson']) {
    const finished = await runExport(reporting.url, format, range);
    const name = `exports: ${count(bench.settings.exports.rows)} raw events to ${format}`;
    rows.push({
      ...infoRow(name, finished.rows / finished.seconds, 'rows/s'),
      note: `${Math.round(finished.bytes / 1e6)} MB`,
    });
  }
  return rows;
}

/** Samples the resident memory of `server` twice a second until `work` is done. */
async function watchMemory(server: Server, work: Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  let isOver = false;
  const watched = work.finally(() => {
    isOver = true;
  });
  watched.catch(() => undefined);
  do {
    samples.push(server.rssMb());
    await sleep(500);
  } while (!isOver);
  await watched;
  return samples;
}

async function measureMemory(bench: Bench, { reporting, worker }: ExportsServer, range: Range): Promise<Row[]> {
  const rows: Row[] = [];
  for (const format of ['csv', 'xlsx', 'parquet']) {
    bench.say(`${count(bench.settings.exports.allRows)} rows to ${format}`);
    const rss = await watchMemory(worker, runExport(reporting.url, format, range));
    const name = `exports: memory of the worker, ${count(bench.settings.exports.allRows)} rows to ${format}`;
    const highest = [`${name}, highest`, Math.max(...rss)] as const;
    // No bar for Parquet: it buffers a group of rows before it writes their columns.
    rows.push(format === 'parquet' ? infoRow(...highest, 'MB') : limitRow(...highest, 200, 'MB'));
    rows.push(memoryGrowthRow(name, rss));
  }
  return rows;
}

async function measureAnswers(bench: Bench, { reporting }: ExportsServer, range: Range): Promise<Row[]> {
  const { requests } = bench.settings.exports;
  const idle = await timeAnswers(reporting.url, requests, () => true, 0);
  let isOver = false;
  const exporting = Promise.all(['csv', 'xlsx'].map((format) => runExport(reporting.url, format, range))).finally(
    () => {
      isOver = true;
    },
  );
  const busy = await timeAnswers(reporting.url, 10, () => isOver, requests);
  await exporting;
  const ratio = percentile(busy, 95) / percentile(idle, 95);
  const name = `exports: answers while two exports of ${count(bench.settings.exports.allRows)} rows are written, p95 of ${busy.length}`;
  const shown = { reference: percentile(idle, 95), ratio, bar: '< 1.5x', met: ratio < 1.5 };
  return [
    {
      ...infoRow(name, percentile(busy, 95), 'ms'),
      ...shown,
      rounds: `p50 ${median(busy).toFixed(1)} vs ${median(idle).toFixed(1)}`,
    },
  ];
}

async function measureCache(bench: Bench, closing: ClosingList, server: ExportsServer): Promise<Row[]> {
  const { clients, requests } = bench.settings.exports;
  const others = [await startReporting(bench, closing, server.env), await startReporting(bench, closing, server.env)];
  const servers = [server.reporting, ...others];
  const computed = await countComputations(servers, clients, [dayText(days), dayText(1)]);
  const single = {
    ...infoRow(
      `exports: ${count(clients)} clients requesting one uncached answer from 3 processes`,
      computed,
      'computations',
    ),
    bar: '1',
    met: computed === 1,
  };
  const ranges = Array.from({ length: Math.min(requests, 10) }, (_, at): Range => [dayText(days - 1 - at), dayText(1)]);
  const times = await timeCachedAnswers(server.reporting.url, ranges);
  return [single, speedupRow('exports: a cached answer vs the computed one, p50', times.cached, times.computed, 10)];
}

async function measureReport(bench: Bench, closing: ClosingList): Promise<Row[]> {
  const { events } = bench.settings.query;
  const server = await startExportsServer(bench, closing, { events });
  const { seconds, bytes } = await timeReport(server.reporting.url, [dayText(days), dayText(1)]);
  const name = `exports: a month's PDF report over ${count(events)} events, cold cache`;
  const peak = infoRow('exports: peak memory of the worker after that report', server.worker.peakRssMb(), 'MB');
  return [{ ...limitRow(name, seconds, 3, 's'), note: `${Math.round(bytes / 1e3)} KB` }, peak];
}
