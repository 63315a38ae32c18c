/** The gate waits for a busy queue, but not for one that hangs. */
import { openQueue, type QueueHandle } from '@millrace/shared/queue/queue';
import { queueSchema } from '@millrace/shared/queue/queue-connection';
import { createTestDatabase, silent, type TestDatabase, testQueue } from '@millrace/shared/testing/database';
import { eventually } from '@millrace/shared/testing/eventually';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createQueueGate, defaultGateOptions, type QueueGate } from '../src/queue-gate.js';

const job = { v: 1, count: 1, events: '[{}]' } as const;
let database: TestDatabase;
let handles: QueueHandle[];
let looks: number;
let gate: QueueGate;

/** Frequent probes with long timeouts, so that a busy machine does not fail the tests. */
const patience = { probeAfterMs: 20, probeTimeoutMs: 30_000, maxMs: 60_000 };

async function open(patienceOf: typeof patience): Promise<void> {
  const location = testQueue('postgres', database);
  handles = [openQueue('event-ingest', location, silent), openQueue('event-ingest', location, silent)];
  const [handle, own] = handles as [QueueHandle, QueueHandle];
  const probe = {
    ...own,
    get queue() {
      looks += 1;
      return own.queue;
    },
  };
  gate = createQueueGate(
    { handle, probe, checkSafety: async () => ({}), logger: silent },
    // The gate checks only once by itself, so later probes are those of waiting jobs.
    { ...defaultGateOptions, timeoutMs: 30_000, backlogIntervalMs: 600_000, patience: patienceOf, maxWaitingJobs: 10 },
  );
  await eventually(async () => gate.state === 'open', 'the gate is open');
  looks = 0;
}

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  gate.close();
  await Promise.all(handles.map((handle) => handle.close()));
  await database.drop();
});

/** Blocks new jobs, but not reads of the queue, until `during` has ended. */
async function holdWrites(during: () => Promise<void>): Promise<void> {
  const schema = queueSchema(testQueue('postgres', database).prefix);
  const client = await database.pool.connect();
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = $1`,
    [schema],
  );
  await client.query(`begin; lock table ${rows.map(({ name }) => name).join(', ')} in share row exclusive mode`);
  try {
    await during();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

it('waits for a job that a busy queue accepts slowly, and stays open', async () => {
  await open(patience);
  let adding: Promise<void> | undefined;
  await holdWrites(async () => {
    adding = gate.add('slow', job);
    await eventually(async () => looks >= 5, 'the queue was probed repeatedly');
  });
  await adding;
  expect(gate.state).toBe('open');
  expect(await handles[0]?.queue.getWaitingCount()).toBe(1);
});

it('gives up on a job that takes too long, and refuses events from then on', async () => {
  await open({ ...patience, maxMs: 100 });
  await holdWrites(async () => {
    await expect(gate.add('late', job)).rejects.toThrow('did not accept a job within 100 ms');
    expect(gate.state).toBe('queue_unavailable');
  });
});
