/** Turns the same batches into the rates of the processor's insert with marks and without. */
import { ClearError } from '@millrace/dev/clear-error';
import type { Pool } from '@millrace/shared/platform/postgres';
import { type Bench, withClosing } from '../bench.js';
import { countRows, createDatabase } from '../sides/create-database.js';
import { buildLastRelease } from '../sides/previous-release.js';
import type { TrafficEvent } from '../traffic/make-session.js';
import { makeTraffic } from '../traffic/make-traffic.js';
import { readInsert, readInsertStatements } from './insert-statements.js';

/** Events/s of each round, side by side. */
export type InsertRates = [ours: number[], reference: number[]];

interface Side {
  statement: string;
  pool: Pool;
}

/** As many events as the processor writes at once. */
const batchEvents = 10_000;
const dayMs = 86_400_000;

function toJson({ timeMs, ...event }: TrafficEvent) {
  return { ...event, timestamp: new Date(timeMs).toISOString() };
}

/** Texts of JSON arrays: two days of traffic. */
function* batchesOf(events: number): Generator<string> {
  const now = Date.now();
  const traffic = makeTraffic({ events, fromMs: now - 2 * dayMs, untilMs: now });
  for (let made = 0; made < events; made += batchEvents) {
    const size = Math.min(batchEvents, events - made);
    yield JSON.stringify(Array.from({ length: size }, () => toJson(traffic.next().value as TrafficEvent)));
  }
}

/** The insert with the marks that it writes, and without them. */
export const measureMarkRates = (bench: Bench): Promise<InsertRates> =>
  withClosing(bench, async (closing) => {
    const { withMarks, withoutMarks } = await readInsertStatements();
    return alternate(bench, [
      { statement: withMarks, pool: (await createDatabase(bench, closing)).pool },
      { statement: withoutMarks, pool: (await createDatabase(bench, closing)).pool },
    ]);
  });

/** The insert into the tables of now, and that of the release before this one into its own. */
export const measureReleaseRates = (bench: Bench): Promise<InsertRates> =>
  withClosing(bench, async (closing) => {
    const release = await bench.once(buildLastRelease);
    return alternate(bench, [
      { statement: await readInsert(), pool: (await createDatabase(bench, closing)).pool },
      { statement: await readInsert(release.root), pool: (await createDatabase(bench, closing, release)).pool },
    ]);
  });

/** Batch by batch in turns, each side into a database of its own; who goes first changes, too. */
async function alternate(bench: Bench, [ours, reference]: [Side, Side]): Promise<InsertRates> {
  const { rounds, batchesPerRound } = bench.settings.inserts;
  const sides = [ours, reference].map((side) => ({ ...side, seconds: 0, rates: [] as number[] }));
  const [first, second] = [sides[0]!, sides[1]!];
  const batches = batchesOf(rounds * batchesPerRound * batchEvents);
  for (let round = 1; round <= rounds; round += 1) {
    for (const side of sides) side.seconds = 0;
    for (let number = 0; number < batchesPerRound; number += 1) {
      bench.stopped.throwIfAborted();
      const batch = batches.next().value as string;
      sides.reverse();
      for (const side of sides) side.seconds += await timeInsert(side.pool, side.statement, batch);
    }
    for (const side of sides) side.rates.push((batchesPerRound * batchEvents) / side.seconds);
  }
  if ((await countRows(ours.pool)) !== rounds * batchesPerRound * batchEvents) {
    throw new ClearError('Not every event was inserted.');
  }
  return [first.rates, second.rates];
}

async function timeInsert(pool: Pool, statement: string, batch: string): Promise<number> {
  const startedAt = performance.now();
  await pool.query(statement, [batch]);
  return (performance.now() - startedAt) / 1_000;
}
