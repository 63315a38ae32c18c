/** What a thousand people who watch one site cost reporting, while its events arrive. */
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import type { ClosingList } from '@millrace/dev/closing-list';
import { type Bench, withClosing } from '../bench.js';
import { runSteadyLoad, type SteadyLoad } from '../load/steady-load.js';
import { writePageBodies } from '../load/write-bodies.js';
import { infoRow, limitRow, type Row } from '../row.js';
import { readCpuMs } from '../sides/cpu-time.js';
import { startReporting } from '../sides/start-sides.js';
import { startPipeline } from '../start-pipeline.js';

const siteId = 'watched';
const eventsPerSecond = 20;
/** For events to come, and until what happens once has happened. */
const warmUpSeconds = 5;
/** With events arriving, there is another state each second. */
const leastStates = 0.8;
/** Listeners that begin at a time. */
const atOnce = 50;

interface Received {
  states: number;
}

function listen(closing: ClosingList, url: string, received: Received): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = get(`${url}/api/v1/sites/${siteId}/live`, { agent: false }, (answer: IncomingMessage) => {
      if (answer.statusCode !== 200) return reject(new ClearError(`A listener was answered ${answer.statusCode}.`));
      answer.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: live')) received.states += 1;
      });
      answer.on('error', () => undefined);
      resolve();
    });
    asked.on('error', reject);
    closing.add(() => void asked.destroy());
  });
}

/** Milliseconds of the processor in each second. */
async function cpuPerSecond(pid: number, seconds: number): Promise<number> {
  const [before, startedAt] = [readCpuMs(pid), performance.now()];
  await sleep(seconds * 1_000);
  return ((readCpuMs(pid) - before) / (performance.now() - startedAt)) * 1_000;
}

interface Watched {
  cpuMs: number;
  /** Of all listeners, in a second. */
  states: number;
}

/** Under its own load, from shortly before to the end. */
async function watchUnderLoad(
  load: Omit<SteadyLoad, 'seconds'>,
  pid: number,
  seconds: number,
  received: Received,
): Promise<Watched> {
  const loading = runSteadyLoad({ ...load, seconds: warmUpSeconds + seconds + 1 });
  const measuring = (async () => {
    await sleep(warmUpSeconds * 1_000);
    const before = received.states;
    const cpuMs = await cpuPerSecond(pid, seconds);
    return { cpuMs, states: (received.states - before) / seconds };
  })();
  const [watched] = await Promise.all([measuring, loading]);
  return watched;
}

async function openListeners(closing: ClosingList, url: string, count: number, received: Received): Promise<void> {
  for (let open = 0; open < count; open += atOnce) {
    const more = Math.min(atOnce, count - open);
    await Promise.all(Array.from({ length: more }, () => listen(closing, url, received)));
  }
}

/** A machine that has no time for it computes less often, which costs less, too. */
function whereComputed(row: Row, states: number): Row {
  if (states >= leastStates) return row;
  return { ...row, notMeasured: true, note: `only ${states.toFixed(2)} states a second: the machine was busy` };
}

export const measureLive = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { ingestion, database } = await startPipeline(bench, closing);
    const reporting = await startReporting(bench, closing, { DATABASE_URL: database.url });
    const { listeners, seconds } = bench.settings.live;
    const bodiesFile = writePageBodies(closing, siteId);
    const load = { url: `${ingestion.url}/event`, perSecond: eventsPerSecond, bodiesFile };
    const received = { states: 0 };
    const watch = () => watchUnderLoad(load, reporting.pid, seconds, received);
    const ofNobody = await watch();
    await openListeners(closing, reporting.url, 1, received);
    const ofOne = await watch();
    await openListeners(closing, reporting.url, listeners - 1, received);
    const ofAll = await watch();
    const name = `live: CPU of reporting a second, ${eventsPerSecond} events/s`;
    const all = `${listeners.toLocaleString('en')} listeners of one site`;
    const cost = limitRow(`${name}, ${all}, beyond that without listeners`, ofAll.cpuMs - ofNobody.cpuMs, 30, 'ms');
    return [
      whereComputed(cost, ofAll.states / listeners),
      infoRow(`${name}, ${all}, in all`, ofAll.cpuMs, 'ms'),
      infoRow(`${name}, one listener, in all`, ofOne.cpuMs, 'ms'),
      infoRow(`${name}, without listeners`, ofNobody.cpuMs, 'ms'),
      infoRow('live: states that each listener received', ofAll.states / listeners, 'a second'),
    ];
  });
