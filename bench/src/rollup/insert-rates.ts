/** Turns the same batches into the rates of the processor's insert with marks and without. */
import { ClearError } from '@millrace/dev/clear-error';
import type { Pool } from '@millrace/shared/postgres';
import { type Bench, withClosing } from '../bench.js';
import { countRows, createDatabase } from '../sides/create-database.js';
import type { TrafficEvent } from '../traffic/make-session.js';
import { makeTraffic } from '../traffic/make-traffic.js';
import { readInsertStatements } from './insert-statements.js';

/** Events/s of each round. */
export interface InsertRates {
  withMarks: number[];
  withoutMarks: number[];
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

/** Batch by batch in turns, each side into a database of its own; who goes first changes, too. */
export const measureInsertRates = (bench: Bench): Promise<InsertRates> =>
  withClosing(bench, async (closing) => {
    const { rounds, batchesPerRound } = bench.settings.inserts;
    const { withMarks, withoutMarks } = await readInsertStatements();
    const sides = [
      { statement: withMarks, pool: (await createDatabase(bench, closing)).pool, seconds: 0, rates: [] as number[] },
      { statement: withoutMarks, pool: (await createDatabase(bench, closing)).pool, seconds: 0, rates: [] as number[] },
    ];
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
    const [marked, unmarked] = [withMarks, withoutMarks].map((text) => sides.find((side) => side.statement === text)!);
    if ((await countRows(marked!.pool)) !== rounds * batchesPerRound * batchEvents) {
      throw new ClearError('Not every event was inserted.');
    }
    return { withMarks: marked!.rates, withoutMarks: unmarked!.rates };
  });

async function timeInsert(pool: Pool, statement: string, batch: string): Promise<number> {
  const startedAt = performance.now();
  await pool.query(statement, [batch]);
  return (performance.now() - startedAt) / 1_000;
}
