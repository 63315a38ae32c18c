/** A few rounds of `npm run fuzz`: random queries about random histories, checked against a plain count of the same events and plain SQL. */
import { expect, it } from 'vitest';
import { type Counts, sumOf } from './check-answer.js';
import { runRound } from './run-round.js';

const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
/** Each round has its own site. */
const rounds = 6;
const least = 20_000;

const done: Counts[] = [];
const countOf = (kind: string) => done.reduce((sum, { answered }) => sum + (answered.get(kind) ?? 0), 0);

it.each(Array.from({ length: rounds }, (_, round) => seed + round))(
  'answers like a plain count of the events (seed %d)',
  async (own) => {
    done.push(await runRound(own));
  },
);

it(`has answered at least ${least} queries`, async ({ annotate }) => {
  const kinds = ['queries', 'queries alone', 'funnels', 'returns', 'journeys'];
  const ofSql = done.reduce((sum, counts) => sum + counts.ofSql, 0);
  const counted = kinds.map((kind) => `${countOf(kind)} ${kind}`).join(', ');
  await annotate(`${counted}; ${ofSql} of them were also checked against plain SQL`);
  expect(done.reduce((sum, counts) => sum + sumOf(counts), 0)).toBeGreaterThanOrEqual(least);
  // Enough to check the plain count itself.
  expect(ofSql).toBeGreaterThan(600);
  for (const kind of kinds) expect(countOf(kind), kind).toBeGreaterThan(100);
  const sources = new Set(done.flatMap((counts) => [...counts.sources]));
  expect(sources).toEqual(new Set(['segments', 'mixed', 'rollup', 'raw']));
});
