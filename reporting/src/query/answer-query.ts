/** A query → its exact answer: from rollups where they tell it, else from segments, else from raw events; then beside the earlier range. */

import { intervalMs } from '@millrace/shared/contract/rollups';
import type { PoolClient } from '@millrace/shared/platform/postgres';
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
import type { ResolvedQuery, ResultRow, TimeRange } from './resolved-query.js';
import { isAllRaw, planReading, type RollupState, readRollupState } from './rollup-state.js';

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
const maxRestEvents = 20_000;

const dayMs = 86_400_000;

/** To unite bitmaps of more visitors in all takes longer than to count events, up to so many of them. */
const maxUnitedVisitors = 2_000_000;
const maxSegmentRows = 10_000_000;

/** `client` is inside a transaction with one snapshot. `admit` is told what each part reads, before it is read. */
export async function answerQuery(client: PoolClient, query: ResolvedQuery, reads: ReadOptions = {}): Promise<Answer> {
  return withComparison(client, query, await answerRange(client, query, reads), reads);
}

/** What the same query has for the earlier range, beside the rows that it has for its own. */
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

/** While much of the range is in raw events, segments count it faster; where raw events were dropped, only rollups know of them. */
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
  const isBusy = engine !== undefined && countTailEvents(engine.memory, query.siteId, raw) > maxRestEvents;
  const unitesMany = engine !== undefined && state !== undefined && visitorsToUnite(reading, state) > maxUnitedVisitors;
  const isKnown = isBusy || unitesMany;
  const cost = admit && !isKnown ? await costOf(client, query, reading) : undefined;
  const isLarge = async () => (cost?.events ?? (await countRest(client, query, raw))) > maxRestEvents;
  if (engine && !lacksEvents(query, state) && (isKnown || (await isLarge()))) {
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

/** At most so many are in the bitmaps that have to be united: one row alone tells by itself how many visitors it has. */
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

const lacksEvents = ({ range }: ResolvedQuery, state: RollupState | undefined): boolean =>
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

/** The earlier range, with what whole weeks have beyond it: a share is one of all that is compared with. */
function comparedRange({ range, buckets }: NonNullable<ResolvedQuery['comparison']>): TimeRange {
  const times = [range.from, range.to, ...(buckets?.bounds ?? [])].map((time) => time.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

/** Visitors of the earlier period without dimensions. */
async function earlierVisitors(client: PoolClient, query: ResolvedQuery, reads: ReadOptions = {}): Promise<number> {
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
  return Number((await answerRange(client, whole, reads)).rows[0]!.metrics[0]);
}
