/** Answers a query exactly: from rollups if they contain it, otherwise from segments, otherwise from raw events. */

import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
import { dayMs } from '@millrace/shared/time/durations';
import type { ReadOptions } from '../reading/admit-read.js';
import { answerSegments } from '../segments/answer-segments.js';
import { countRawEvents } from '../segments/raw-rows.js';
import { countTailEvents } from '../segments/refresh-tail.js';
import { type ComparisonRow, compareRowsOf, earlierQuery } from './compare-periods.js';
import type { RollupReading } from './covered-tables.js';
import { answerRollup } from './page-rollups.js';
import { shareOf } from './page-rows.js';
import { planRollup, type RollupPlan } from './plan-rollup.js';
import { type RawAnswer, readRaw } from './read-raw.js';
import { type ReadingCost, rawCost, rollupCost } from './reading-cost.js';
import { type ResolvedQuery, type ResultRow, type TimeRange, totalVisitorsQuery } from './resolved-query.js';
import { isAllRaw, planReading, type RollupState, readRollupState } from './rollup-state.js';

export interface Answer extends RawAnswer {
  /** One for each row, when the query has a comparison. */
  comparisonRows?: ComparisonRow[];
  /** `mixed`: part of the range was counted from raw events. */
  source: 'rollup' | 'segments' | 'mixed' | 'raw';
}

/**
 * Postgres counts the events that rollups do not cover, up to this many. Above that, the segment engine has them in memory, or
 * will after this query, and counts them together with its segments.
 */
const maxRestEvents = 20_000;

/**
 * Uniting bitmaps with more visitors than this in total is slower than counting up to {@link maxSegmentRows} events from
 * segments.
 */
const maxUnitedVisitors = 2_000_000;
const maxSegmentRows = 10_000_000;

/** `client` must be in a transaction with one snapshot. `reads.admit` is called with the cost of each part before it is read. */
export async function answerQuery(client: PoolClient, query: ResolvedQuery, reads: ReadOptions = {}): Promise<Answer> {
  return withComparison(client, query, await answerRange(client, query, reads), reads);
}

/** Adds the same query's values for the earlier range. */
export async function withComparison(
  client: PoolClient,
  query: ResolvedQuery,
  answer: Answer,
  reads: ReadOptions,
): Promise<Answer> {
  if (!query.comparison) return answer;
  const { rows, eventsSince } = await comparisonOf(client, query, answer.rows, reads);
  return { ...answer, comparisonRows: rows, ...(eventsSince && { eventsSince }) };
}

async function answerRange(client: PoolClient, query: ResolvedQuery, reads: ReadOptions = {}): Promise<Answer> {
  const plan = planRollup(query);
  if (plan) return answerFromRollups(client, query, plan, reads);
  const answer = reads.engine && (await answerSegments(client, reads.engine, query, reads));
  return answer ?? answerRaw(client, query, reads);
}

async function answerRaw(client: PoolClient, query: ResolvedQuery, reads: ReadOptions): Promise<Answer> {
  reads.admit?.(await rawCost(client, query));
  return { ...(await readRaw(client, query)), source: 'raw' };
}

/** Segments are faster while much of the range is not rolled up; where raw events were dropped, only rollups have the counts. */
async function answerFromRollups(
  client: PoolClient,
  query: ResolvedQuery,
  plan: RollupPlan,
  reads: ReadOptions,
): Promise<Answer> {
  const { engine, admit } = reads;
  const state = await readRollupState(client, query.siteId, query.range);
  const reading = planReading(query, plan, state);
  const { raw } = reading.cover;
  const hasLargeTail = engine !== undefined && countTailEvents(engine.memory, query.siteId, raw) > maxRestEvents;
  const unitesMany = engine !== undefined && state !== undefined && visitorsToUnite(reading, state) > maxUnitedVisitors;
  const prefersSegments = hasLargeTail || unitesMany;
  const cost = admit && !prefersSegments ? await costOf(client, query, reading) : undefined;
  const hasLargeRest = async () => (cost?.events ?? (await countRest(client, query, raw))) > maxRestEvents;
  if (engine && !hasDroppedEvents(query, state) && (prefersSegments || (await hasLargeRest()))) {
    const answer = await answerSegments(client, engine, query, reads, {
      maxRawEvents: maxRestEvents,
      maxRows: maxSegmentRows,
    });
    if (answer) return answer;
  }
  admit?.(cost ?? (await costOf(client, query, reading)));
  if (!state || isAllRaw(reading.cover)) return { ...(await readRaw(client, query)), source: 'raw' };
  const answer = await answerRollup(client, query, reading, state);
  return { ...answer, source: raw.length > 0 ? 'mixed' : 'rollup' };
}

/** Upper bound of the visitors in the bitmaps to unite: a group with a single row needs no bitmap, since the row has a count. */
function visitorsToUnite({ plan, cover }: RollupReading, { lastVisitorNo }: RollupState): number {
  if (!plan.withVisitors) return 0;
  const rows = new Map<number, number>();
  const add = (bucket: number, count: number) => rows.set(bucket, (rows.get(bucket) ?? 0) + count);
  for (const { bucket, fromDay, toDay } of cover.days) add(bucket, (Date.parse(toDay) - Date.parse(fromDay)) / dayMs);
  for (const { bucket, from, to } of cover.intervals) add(bucket, (to - from) / intervalMs);
  return [...rows.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0) * lastVisitorNo;
}

const countRest = (
  client: PoolClient,
  { siteId }: ResolvedQuery,
  raw: { from: number; to: number }[],
): Promise<number> =>
  countRawEvents(
    client,
    siteId,
    raw.flatMap(({ from, to }) => [from, to]),
    maxRestEvents + 1,
  );

const costOf = (client: PoolClient, query: ResolvedQuery, reading: RollupReading): Promise<ReadingCost> =>
  isAllRaw(reading.cover) ? rawCost(client, query) : rollupCost(client, reading);

const hasDroppedEvents = ({ range }: ResolvedQuery, state: RollupState | undefined): boolean =>
  state !== undefined && state.rawSince !== null && range.from < state.rawSince;

async function comparisonOf(
  client: PoolClient,
  query: ResolvedQuery,
  rows: ResultRow[],
  reads: ReadOptions,
): Promise<Pick<Answer, 'eventsSince'> & { rows: ComparisonRow[] }> {
  if (rows.length === 0) return { rows: [] };
  const hasTime = query.comparison!.buckets?.pairs.some((pair) => pair !== null) ?? true;
  const earlier: RawAnswer = hasTime ? await answerRange(client, earlierQuery(query, rows), reads) : { rows: [] };
  const totalVisitors = query.metrics.includes('share') ? await earlierVisitors(client, query, reads) : 0;
  return { ...earlier, rows: compareRowsOf(query, rows, earlier.rows, totalVisitors, shareOf) };
}

/** The earlier range including the whole weeks that reach beyond it: a share is relative to everything that is compared with. */
function comparedRange({ range, buckets }: NonNullable<ResolvedQuery['comparison']>): TimeRange {
  const times = [range.from, range.to, ...(buckets?.bounds ?? [])].map((time) => time.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

/** Visitors of the earlier period without dimensions. */
async function earlierVisitors(client: PoolClient, query: ResolvedQuery, reads: ReadOptions = {}): Promise<number> {
  const whole = { ...totalVisitorsQuery(query), range: comparedRange(query.comparison!) };
  return Number((await answerRange(client, whole, reads)).rows[0]!.metrics[0]);
}
