/** Turns several servers into their rates, measured in short rounds taken in turns, so that a noisy minute hits all of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ClearError } from '@millrace/dev/clear-error';
import type { Queue } from '@millrace/shared/queue';
import type { Bench } from './bench.js';
import type { LoadResult } from './load/load.js';

export interface Contestant {
  url: string;
  bodiesFile: string;
  connections: number;
  eventsPerRequest: number;
  /** Where the events must be after their 200; emptied after each round. */
  queue?: { queue: Queue; countEvents(queue: Queue): Promise<number> };
}

/** Events/s of each contestant and round, in the order given. */
export async function alternateRounds(
  bench: Bench,
  contestants: Record<string, Contestant>,
): Promise<Map<string, number[]>> {
  const { rounds, roundSeconds, warmUpSeconds } = bench.settings;
  const entries = Object.entries(contestants);
  const rates = new Map(entries.map(([name]): [string, number[]] => [name, []]));
  for (const [, contestant] of entries) await runRound(bench, contestant, warmUpSeconds);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, contestant] of entries) {
      const rate = await runRound(bench, contestant, roundSeconds);
      bench.say(`round ${round} of ${rounds}, ${name}: ${Math.round(rate).toLocaleString('en')} events/s`);
      rates.get(name)?.push(rate);
    }
  }
  return rates;
}

async function runRound(bench: Bench, contestant: Contestant, seconds: number): Promise<number> {
  bench.stopped.throwIfAborted();
  const { url, bodiesFile, connections } = contestant;
  const result = await bench.tool.run({ url, bodiesFile, connections, seconds });
  if (result.failed > 0) throw new ClearError(`${result.failed} requests to ${url} failed.`);
  await checkQueued(contestant, result);
  return (result.ok * contestant.eventsPerRequest) / result.seconds;
}

/** Every 200 must be in the queue; requests cut off at the end of the round may be there besides. */
async function checkQueued({ queue, connections, eventsPerRequest }: Contestant, { ok }: LoadResult): Promise<void> {
  if (!queue) return;
  await sleep(300);
  const queued = await queue.countEvents(queue.queue);
  const answered = ok * eventsPerRequest;
  await queue.queue.obliterate({ force: true });
  if (queued < answered || queued > answered + connections * eventsPerRequest) {
    throw new ClearError(`${answered} events were answered with 200, but ${queued} are in queue ${queue.queue.name}.`);
  }
}
