import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingList } from '@millrace/dev/processes/closing-list';
import { CommandError } from '@millrace/shared/commands/command-error';
import { type Bench, withClosing } from '../bench.js';
import { runSteadyLoad, type SteadyLoad } from '../load/steady-load.js';
import { writePageBodies } from '../load/write-bodies.js';
import { infoRow, limitRow, type Row } from '../row.js';
import { readCpuMs } from '../sides/process-usage.js';
import { startPipeline, startReporting } from '../sides/start-sides.js';

const siteId = 'watched';
const eventsPerSecond = 20;
/** Until events arrive and one-off work is done. */
const warmUpSeconds = 5;
/** While events arrive, reporting sends a new state each second. */
const minStates = 0.8;
/** Listeners that connect at the same time. */
const atOnce = 50;

interface Received {
  states: number;
}

function listen(closing: ClosingList, url: string, received: Received): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = get(`${url}/api/v1/sites/${siteId}/live`, { agent: false }, (answer: IncomingMessage) => {
      if (answer.statusCode !== 200)
        return reject(new CommandError(`A listener was refused with status ${answer.statusCode}.`));
      answer.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: live')) received.states += 1;
      });
      answer.on('error', () => undefined);
      resolve();
    });
    call.on('error', reject);
    closing.add(() => void call.destroy());
  });
}

/** Milliseconds of processor time per second. */
async function cpuPerSecond(pid: number, seconds: number): Promise<number> {
  const [before, startedAt] = [readCpuMs(pid), performance.now()];
  await sleep(seconds * 1_000);
  return ((readCpuMs(pid) - before) / (performance.now() - startedAt)) * 1_000;
}

interface Watched {
  cpuMs: number;
  /** Received by all listeners, per second. */
  states: number;
}

/** Measures while a load runs that starts `warmUpSeconds` earlier. */
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

/** A busy machine computes states less often, which also costs less. */
function unlessTooBusy(row: Row, states: number): Row {
  if (states >= minStates) return row;
  return { ...row, notMeasured: true, note: `only ${states.toFixed(2)} states a second: the machine was busy` };
}

/** What it costs reporting when many people watch one site live. */
export const measureLive = (bench: Bench): Promise<Row[]> =>
  withClosing(bench, async (closing) => {
    const { ingestion, database } = await startPipeline(bench, closing);
    const reporting = await startReporting(bench, closing, { DATABASE_URL: database.url });
    const { listeners, seconds } = bench.settings.live;
    const bodiesFile = writePageBodies(closing, siteId);
    const load = { url: `${ingestion.url}/event`, perSecond: eventsPerSecond, bodiesFile };
    const received = { states: 0 };
    const watch = () => watchUnderLoad(load, reporting.pid, seconds, received);
    const withoutListeners = await watch();
    await openListeners(closing, reporting.url, 1, received);
    const withOne = await watch();
    await openListeners(closing, reporting.url, listeners - 1, received);
    const withAll = await watch();
    const name = `live: CPU of reporting a second, ${eventsPerSecond} events/s`;
    const all = `${listeners.toLocaleString('en')} listeners of one site`;
    const cost = limitRow(
      `${name}, ${all}, in addition to that without listeners`,
      withAll.cpuMs - withoutListeners.cpuMs,
      30,
      'ms',
    );
    return [
      unlessTooBusy(cost, withAll.states / listeners),
      infoRow(`${name}, ${all}, in total`, withAll.cpuMs, 'ms'),
      infoRow(`${name}, one listener, in total`, withOne.cpuMs, 'ms'),
      infoRow(`${name}, without listeners`, withoutListeners.cpuMs, 'ms'),
      infoRow('live: states that each listener received', withAll.states / listeners, 'a second'),
    ];
  });
