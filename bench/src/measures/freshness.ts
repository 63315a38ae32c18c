import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import { type Bench, withClosing } from '../bench.js';
import { checkAccepted } from '../load/requests.js';
import { runSteadyLoad } from '../load/steady-load.js';
import { writeSingleBodies } from '../load/write-bodies.js';
import { infoRow, limitRow, percentile, type Row } from '../row.js';
import { startPipeline, startReporting } from '../sides/start-sides.js';
import { waitUntilDrained } from '../sides/watch-queue.js';
import { checkRows } from './drain.js';

const probeEveryMs = 100;
const pollPauseMs = 2;
const probeDeadlineMs = 10_000;

/** The time from an event's 200 until `/stats` shows it. */
export const measureFreshness = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { ingestion, processor, database, queue } = await startPipeline(bench, closing);
    const reporting = await startReporting(bench, closing, { DATABASE_URL: database.url });
    const seconds = bench.settings.freshnessSeconds;
    bench.say(`1,000 events/s for ${seconds} s`);
    const bodiesFile = writeSingleBodies(closing);
    const load = runSteadyLoad({ url: `${ingestion.url}/event`, perSecond: 1_000, seconds, bodiesFile });
    const probes = probeUntil(Date.now() + seconds * 1_000, ingestion.url, reporting.url);
    const [{ ok }, delays] = await Promise.race([Promise.all([load, probes]), ingestion.crashed, processor.crashed]);
    await waitUntilDrained(queue, 60);
    await checkRows(database.pool, ok + delays.length);
    const name = 'freshness: from 200 to visible in /stats, at 1,000 events/s';
    return [
      limitRow(`${name}, p99 of ${delays.length}`, percentile(delays, 99), 1_000, 'ms'),
      infoRow(`${name}, p95`, percentile(delays, 95), 'ms'),
      infoRow(`${name}, p50`, percentile(delays, 50), 'ms'),
    ];
  });

/** Starts probes at a fixed pace, whether or not earlier ones are visible yet. */
async function probeUntil(endMs: number, ingestionUrl: string, reportingUrl: string): Promise<number[]> {
  const probes: Promise<number>[] = [];
  while (Date.now() < endMs) {
    const probe = probeOnce(`probe-${probes.length}`, ingestionUrl, reportingUrl);
    probe.catch(() => undefined);
    probes.push(probe);
    await sleep(probeEveryMs);
  }
  return Promise.all(probes);
}

/** Milliseconds from the 200 for an event of a new site until `/stats` of that site shows it. */
async function probeOnce(site: string, ingestionUrl: string, reportingUrl: string): Promise<number> {
  const body = JSON.stringify({ site_id: site, event_type: 'view', path: '/fresh' });
  const headers = { 'content-type': 'application/json' };
  const accepted = await fetch(`${ingestionUrl}/event`, { method: 'POST', headers, body });
  const acceptedAt = performance.now();
  await checkAccepted(`${ingestionUrl}/event`, accepted);
  await accepted.arrayBuffer();
  for (;;) {
    const url = `${reportingUrl}/stats?site_id=${site}`;
    const response = await fetch(url);
    await checkAccepted(url, response);
    const stats = (await response.json()) as { total_views?: number };
    const delay = performance.now() - acceptedAt;
    if (stats.total_views === 1) return delay;
    if (delay > probeDeadlineMs) throw new CommandError(`A probe was not visible within ${probeDeadlineMs} ms.`);
    await sleep(pollPauseMs);
  }
}
