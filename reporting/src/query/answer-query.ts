/** Turns a query into its exact answer: from rollups where they can be trusted, from raw events for the rest. */
import type { PoolClient } from '@millrace/shared/postgres';
import { answerSegments } from '../segments/answer-segments.js';
import { heldEvents } from '../segments/take-tail.js';
import { answerRollup, isAllRaw, readingOf } from './answer-rollup.js';
import { type ComparisonRow, compareRowsOf, earlierQuery } from './compare-periods.js';
import { shareOf } from './group-values.js';
import { planRollup } from './plan-rollup.js';
import { type RawAnswer, readRaw } from './read-raw.js';
import { readRollupState } from './read-rollup-state.js';
import { rawCost, rollupCost } from './reading-cost.js';
import type { Reads } from './reads.js';
import type { ResolvedQuery, ResultRow, TimeRange } from './resolved-query.js';

export interface Answer extends RawAnswer {
  /** One for each row, when the query asks for a comparison. */
  comparisonRows?: ComparisonRow[];
  /** `mixed`: some of the range had to be counted from raw events. */
  source: 'rollup' | 'segments' | 'mixed' | 'raw';
}

/**
 * What rollups leave over is counted by Postgres up to so many events. More of them are in the memory of the engine, or will be after this
 * question, and it counts them together with its segments.
 */
const largeRest = 20_000;

/** `client` is inside a transaction with one snapshot. `admit` is told what each part reads, before it is read. */
export async function answerQuery(client: PoolClient, query: ResolvedQuery, reads: Reads = {}): Promise<Answer> {
  return withComparison(client, query, await answerRange(client, query, reads), reads);
}

/** What the same query has for the earlier range, beside the rows that it has for its own. */
export async function withComparison(
  client: PoolClient,
  query: ResolvedQuery,
  answer: Answer,
  reads: Reads,
): Promise<Answer> {
  if (!query.comparison) return answer;
  return { ...answer, comparisonRows: await comparisonOf(client, query, answer.rows, reads) };
}

async function answerRange(client: PoolClient, query: ResolvedQuery, reads: Reads = {}): Promise<Answer> {
  const plan = planRollup(query);
  if (reads.engine && plan?.dimension !== 'all') {
    const answer = await answerSegments(client, reads.engine, query, reads);
    if (answer) return answer;
  }
  const state = plan && (await readRollupState(client, query.siteId, query.range));
  const found = plan && state && readingOf(query, plan, state);
  const reading = found && !isAllRaw(found.cover) ? found : undefined;
  const readCost = () => (reading ? rollupCost(client, reading) : rawCost(client, query));
  const raw = reading?.cover.raw ?? [{ from: query.range.from.getTime(), to: query.range.to.getTime() }];
  const isBusy = reads.engine !== undefined && heldEvents(reads.engine.memory, query.siteId, raw) > largeRest;
  const cost = !isBusy && (reads.admit || reads.engine) ? await readCost() : undefined;
  if (reads.engine && plan?.dimension === 'all' && (isBusy || cost!.events > largeRest)) {
    const answer = await answerSegments(client, reads.engine, query, { ...reads, mostRaw: largeRest });
    if (answer) return answer;
  }
  reads.admit?.(cost ?? (await readCost()));
  if (!reading) return { ...(await readRaw(client, query)), source: 'raw' };
  const answer = await answerRollup(client, query, reading, state!);
  return { ...answer, source: reading.cover.raw.length > 0 ? 'mixed' : 'rollup' };
}

async function comparisonOf(
  client: PoolClient,
  query: ResolvedQuery,
  rows: ResultRow[],
  reads: Reads = {},
): Promise<ComparisonRow[]> {
  if (rows.length === 0) return [];
  const hasTime = query.comparison!.buckets?.pairs.some((pair) => pair !== null) ?? true;
  const earlier = hasTime ? await answerRange(client, earlierQuery(query, rows), reads) : { rows: [] };
  const inAll = query.metrics.includes('share') ? await earlierVisitors(client, query, reads) : 0;
  return compareRowsOf(query, rows, earlier.rows, inAll, shareOf);
}

/** The earlier range, with what whole weeks have beyond it: a share is one of all that is compared with. */
function comparedRange({ range, buckets }: NonNullable<ResolvedQuery['comparison']>): TimeRange {
  const times = [range.from, range.to, ...(buckets?.bounds ?? [])].map((time) => time.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

/** Visitors of the earlier period without dimensions. */
async function earlierVisitors(client: PoolClient, query: ResolvedQuery, reads: Reads = {}): Promise<number> {
  const { buckets: _buckets, ...timeless } = query;
  const whole: ResolvedQuery = {
    ...timeless,
    range: comparedRange(query.comparison!),
    dimensions: [],
    metrics: ['visitors'],
    orderBy: [],
    limit: 1,
    offset: 0,
    totalRows: false,
  };
  return (await answerRange(client, whole, reads)).rows[0]!.metrics[0]!;
}
