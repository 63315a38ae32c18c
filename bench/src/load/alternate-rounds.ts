import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { Queue } from '@millrace/shared/queue/queue';
import type { Bench } from '../bench.js';
import { type IdleWatch, watchIdle } from '../sides/process-usage.js';
import type { LoadTarget } from '../sides/start-sides.js';
import type { LoadRounds } from './load-row.js';
import { retryForReason } from './requests.js';
import { type LoadResult, runWrk } from './wrk.js';

export interface Contestant extends LoadTarget {
  path: '/event' | '/events';
  bodiesFile: string;
  connections: number;
  eventsPerRequest: number;
}

interface Round {
  rate: number;
  serverIdle: number;
  loadIdle: number;
}

/** Short rounds in turns, in the opposite order every other time: a noisy minute on the machine hits all contestants. */
export async function alternateRounds<Contestants extends { [name: string]: Contestant }>(
  bench: Bench,
  contestants: Contestants,
): Promise<{ [Name in keyof Contestants]: LoadRounds }> {
  const { rounds, roundSeconds, warmUpSeconds } = bench.settings;
  const entries = Object.entries(contestants);
  const results = new Map(entries.map(([name, { server }]) => [name, emptyRounds(server.name)]));
  if (warmUpSeconds > 0) for (const [, contestant] of entries) await runRound(bench, contestant, warmUpSeconds);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, contestant] of entries) {
      const { rate, serverIdle, loadIdle } = await runRound(bench, contestant, roundSeconds);
      const figures = `${Math.round(rate).toLocaleString('en')} events/s, idle ${Math.round(serverIdle * 100)} %`;
      bench.say(`round ${round} of ${rounds}, ${name}: ${figures}`);
      const result = results.get(name)!;
      result.rates.push(rate);
      result.serverIdle.push(serverIdle);
      result.loadIdle.push(loadIdle);
    }
    entries.reverse();
  }
  return Object.fromEntries(results) as { [Name in keyof Contestants]: LoadRounds };
}

const emptyRounds = (server: string): LoadRounds => ({ server, rates: [], serverIdle: [], loadIdle: [] });

async function runRound(bench: Bench, contestant: Contestant, seconds: number): Promise<Round> {
  bench.stopped.throwIfAborted();
  const { server, bodiesFile, connections } = contestant;
  const url = `${server.url}${contestant.path}`;
  const serverWatch = watchIdle(server.pid);
  let loadWatch: IdleWatch | undefined;
  const running = runWrk({ url, bodiesFile, connections, seconds }, (pid) => {
    loadWatch = watchIdle(pid);
  });
  const result = await Promise.race([running, server.crashed]);
  const [serverIdle, loadIdle] = [serverWatch.stop(result.seconds), loadWatch?.stop(result.seconds) ?? 0];
  if (result.failed > 0) {
    const [body = ''] = readFileSync(bodiesFile, 'utf8').split('\n', 1);
    throw new CommandError(`${result.failed} requests to ${url} failed; ${await retryForReason(url, body)}.`);
  }
  await checkQueued(contestant, result);
  return { rate: (result.ok * contestant.eventsPerRequest) / result.seconds, serverIdle, loadIdle };
}

/** Requests that were cut off may still be queueing, longer on a slow machine; they must not count in the next round. */
async function settle(queue: Queue): Promise<void> {
  let jobs = -1;
  for (let now = await queue.getWaitingCount(); now !== jobs; now = await queue.getWaitingCount()) {
    jobs = now;
    await sleep(400);
  }
}

/** Every event answered with 200 must be in the queue; requests cut off at the end of the round may be there as well. */
async function checkQueued({ queue, connections, eventsPerRequest }: Contestant, { ok }: LoadResult): Promise<void> {
  if (!queue) return;
  await settle(queue.queue);
  const queued = await queue.countEvents(queue.queue);
  const answered = ok * eventsPerRequest;
  await queue.queue.obliterate({ force: true });
  if (queued < answered || queued > answered + connections * eventsPerRequest) {
    throw new CommandError(
      `${answered} events were answered with 200, but ${queued} are in queue ${queue.queue.name}.`,
    );
  }
}
