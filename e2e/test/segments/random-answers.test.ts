/** Random questions about random histories, see `npm run fuzz`: the engine answers like a plain count of the same events, and like plain SQL. */
import { expect, it } from 'vitest';
import { type Counts, sumOf } from './check-answer.js';
import { runRound } from './run-round.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
/** Each is a site of its own. */
const rounds = 6;
const least = 20_000;

const done: Counts[] = [];
const askedOf = (kind: string) => done.reduce((sum, { asked }) => sum + (asked.get(kind) ?? 0), 0);

it.each(Array.from({ length: rounds }, (_, round) => seed + round))('answers as it should (seed %d)', async (own) => {
  done.push(await runRound(own));
});

it(`has answered at least ${least} questions`, async ({ annotate }) => {
  const kinds = ['queries', 'queries alone', 'funnels', 'returns', 'journeys'];
  const ofSql = done.reduce((sum, counts) => sum + counts.ofSql, 0);
  const counted = kinds.map((kind) => `${askedOf(kind)} ${kind}`).join(', ');
  await annotate(`${counted}; ${ofSql} of them were asked of plain SQL, too`);
  expect(done.reduce((sum, counts) => sum + sumOf(counts), 0)).toBeGreaterThanOrEqual(least);
  // As many as sample the plain count itself.
  expect(ofSql).toBeGreaterThan(600);
  for (const kind of kinds) expect(askedOf(kind), kind).toBeGreaterThan(100);
  const sources = new Set(done.flatMap((counts) => [...counts.sources]));
  expect(sources).toEqual(new Set(['segments', 'mixed', 'rollup', 'raw']));
});
