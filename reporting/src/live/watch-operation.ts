/** The live state for operators: queues, and the rates of received and stored events. */
import type { Pool } from '@millrace/shared/platform/postgres';
import { readAccounts, totalsOf } from '../accounting/read-accounts.js';
import type { Computation, LiveTopic } from './live.js';
import type { OperatorQueues, QueueDepth } from './operator-queues.js';

export interface OperatorState {
  at: Date;
  queues: QueueDepth[];
  events: { received_per_second: number; stored_per_second: number };
}

interface Sample {
  atMs: number;
  received: number;
  stored: number;
  jobs: number;
}

const hourMs = 3_600_000;
/** Events that wait longer than this in the queue are missing from the rate of stored events. */
const hoursBack = 7 * 24;
/** Period over which rates are averaged. */
const sampledMs = 10_000;

const jobsStatement = `/* reporting.countAccountedJobs */
select (select coalesce(sum(jobs), 0) from event_accounts where hour >= $1)::float8
  + (select count(*) from accounted_jobs where is_done and hour >= $1)::float8 as jobs`;

async function readSample(pool: Pool, from: Date): Promise<Sample> {
  const atMs = Date.now();
  const to = new Date(Math.ceil((atMs + 1) / hourMs) * hourMs);
  const { received, stored } = totalsOf(await readAccounts(pool, { from, to }));
  const { rows } = await pool.query<{ jobs: number }>(jobsStatement, [from]);
  return { atMs, received, stored, jobs: rows[0]!.jobs };
}

type Figure = Exclude<keyof Sample, 'atMs'>;

/** Averages of the last seconds; 0 while there is only one sample. */
function createRates(): (sample: Sample) => (figure: Figure) => number {
  const samples: Sample[] = [];
  return (sample) => {
    samples.push(sample);
    while (samples.length > 2 && samples[0]!.atMs < sample.atMs - sampledMs) samples.shift();
    const [first] = samples as [Sample];
    const seconds = (sample.atMs - first.atMs) / 1_000;
    return (figure) =>
      seconds === 0 ? 0 : Math.max(0, Math.round(((sample[figure] - first[figure]) / seconds) * 10) / 10);
  };
}

/** Queues stay open only while there are listeners. */
function startWatching(writePool: Pool, openQueues: () => OperatorQueues): Computation {
  // Always the same first hour, so that new events only ever increase the sums.
  const from = new Date((Math.floor(Date.now() / hourMs) - hoursBack) * hourMs);
  const rates = createRates();
  let queues: OperatorQueues | undefined;
  return {
    async compute(): Promise<OperatorState> {
      const rate = rates(await readSample(writePool, from));
      queues ??= openQueues();
      return {
        at: new Date(),
        queues: await queues.read(rate('jobs')),
        events: { received_per_second: rate('received'), stored_per_second: rate('stored') },
      };
    },
    close: async () => queues?.close(),
  };
}

/** Uses `writePool`, since a replica may lag. */
export const operatorTopic = (writePool: Pool, openQueues: () => OperatorQueues): LiveTopic => ({
  name: 'operator',
  event: 'operator',
  start: () => startWatching(writePool, openQueues),
});
