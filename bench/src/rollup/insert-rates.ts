import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { workspaceRoot } from '@millrace/dev/workspace-root';
import { CommandError } from '@millrace/shared/commands/command-error';
import type { Pool } from '@millrace/shared/platform/postgres';
import { dayMs } from '@millrace/shared/time/durations';
import { type Bench, withClosing } from '../bench.js';
import { countRows, createDatabase } from '../sides/create-database.js';
import { buildLastRelease } from '../sides/previous-release.js';
import type { TrafficEvent } from '../traffic/make-session.js';
import { makeTraffic } from '../traffic/make-traffic.js';

interface InsertStatements {
  withMarks: string;
  withoutMarks: string;
}

const fileOf = (root: string) => join(root, 'processor', 'dist', 'events', 'insert-events.js');

/** The insert statement of a built workspace. */
async function readInsert(root = workspaceRoot): Promise<string> {
  const { plainStatement } = (await import(pathToFileURL(fileOf(root)).href)) as { plainStatement: string };
  return plainStatement;
}

/** Derived from the statement in use, never from a copy. @throws CommandError when the statement no longer has that part. */
export async function readInsertStatements(): Promise<InsertStatements> {
  const withMarks = await readInsert();
  const withoutMarks = withMarks.replace(/, marks as \([\s\S]*?\n\)/, '');
  if (withMarks.includes('rollup_marks') && !withoutMarks.includes('marks')) return { withMarks, withoutMarks };
  throw new CommandError(`The insert of ${fileOf(workspaceRoot)} has no part "marks as (...)" to leave out.`);
}

/** Events/s of each round, side by side. */
type InsertRates = [ours: number[], reference: number[]];

interface Side {
  statement: string;
  pool: Pool;
}

/** The processor's largest batch. */
const batchEvents = 10_000;
function toJson({ timeMs, ...event }: TrafficEvent) {
  return { ...event, timestamp: new Date(timeMs).toISOString() };
}

/** JSON arrays, two days of traffic in all. */
function* batchesOf(events: number): Generator<string> {
  const now = Date.now();
  const traffic = makeTraffic({ events, fromMs: now - 2 * dayMs, untilMs: now });
  for (let made = 0; made < events; made += batchEvents) {
    const size = Math.min(batchEvents, events - made);
    yield JSON.stringify(Array.from({ length: size }, () => toJson(traffic.next().value as TrafficEvent)));
  }
}

/** Our insert with and without writing marks. */
export const measureMarkRates = (bench: Bench): Promise<InsertRates> =>
  withClosing(bench, async (closing) => {
    const { withMarks, withoutMarks } = await readInsertStatements();
    return alternateInserts(bench, [
      { statement: withMarks, pool: (await createDatabase(bench, closing)).pool },
      { statement: withoutMarks, pool: (await createDatabase(bench, closing)).pool },
    ]);
  });

/** Our insert against that of the previous release into its own tables. */
export const measureReleaseRates = (bench: Bench): Promise<InsertRates> =>
  withClosing(bench, async (closing) => {
    const release = await bench.once(buildLastRelease);
    return alternateInserts(bench, [
      { statement: await readInsert(), pool: (await createDatabase(bench, closing)).pool },
      { statement: await readInsert(release.root), pool: (await createDatabase(bench, closing, release)).pool },
    ]);
  });

/** Inserts each batch on both sides, each with its own database; which one goes first alternates. */
async function alternateInserts(bench: Bench, [ours, reference]: [Side, Side]): Promise<InsertRates> {
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
    throw new CommandError('Not every event was inserted.');
  }
  return [first.rates, second.rates];
}

async function timeInsert(pool: Pool, statement: string, batch: string): Promise<number> {
  const startedAt = performance.now();
  await pool.query(statement, [batch]);
  return (performance.now() - startedAt) / 1_000;
}
