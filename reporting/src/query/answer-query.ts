/** Turns a query into its exact answer: from rollups where they can be trusted, from raw events for the rest. */
import type { PoolClient } from '@millrace/shared/postgres';
import { answerRollup, isAllRaw, readingOf } from './answer-rollup.js';
import { type ComparisonRow, compareRowsOf, earlierQuery } from './compare-periods.js';
import type { Cover } from './cover-range.js';
import { shareOf } from './group-values.js';
import type { Gate } from './heavy-queries.js';
import { planRollup } from './plan-rollup.js';
import { type RawAnswer, readRaw } from './read-raw.js';
import { readRollupState } from './read-rollup-state.js';
import type { ResolvedQuery, ResultRow, TimeRange } from './resolved-query.js';

export interface Answer extends RawAnswer {
  /** One for each row, when the query asks for a comparison. */
  comparisonRows?: ComparisonRow[];
  /** `mixed`: some of the range had to be counted from raw events. */
  source: 'rollup' | 'mixed' | 'raw';
}

/** `client` is inside a transaction with one snapshot. `gate` lets only so many long queries work at a time. */
export async function answerQuery(client: PoolClient, query: ResolvedQuery, gate?: Gate): Promise<Answer> {
  const answer = await answerRange(client, query, gate);
  if (!query.comparison) return answer;
  return { ...answer, comparisonRows: await comparisonOf(client, query, answer.rows, gate) };
}

async function answerRange(client: PoolClient, query: ResolvedQuery, gate?: Gate): Promise<Answer> {
  const plan = planRollup(query);
  const state = plan && (await readRollupState(client, query.siteId, query.range));
  const reading = plan && state && readingOf(query, plan, state);
  if (!reading || isAllRaw(reading.cover)) {
    const work = () => readRaw(client, query);
    return { ...(await (gate ? gate(work) : work())), source: 'raw' };
  }
  const roll = () => answerRollup(client, query, reading, state);
  const answer = await (gate && isHeavy(reading.cover) ? gate(roll) : roll());
  return { ...answer, source: reading.cover.raw.length > 0 ? 'mixed' : 'rollup' };
}

const heavyRawMs = 2 * 86_400_000;

/** True when a good part has to be counted from raw events, as after an import that is not rolled yet. */
const isHeavy = ({ raw }: Cover): boolean => raw.reduce((sum, { from, to }) => sum + to - from, 0) > heavyRawMs;

async function comparisonOf(
  client: PoolClient,
  query: ResolvedQuery,
  rows: ResultRow[],
  gate?: Gate,
): Promise<ComparisonRow[]> {
  if (rows.length === 0) return [];
  const hasTime = query.comparison!.buckets?.pairs.some((pair) => pair !== null) ?? true;
  const earlier = hasTime ? await answerRange(client, earlierQuery(query, rows), gate) : { rows: [] };
  const inAll = query.metrics.includes('share') ? await earlierVisitors(client, query, gate) : 0;
  return compareRowsOf(query, rows, earlier.rows, inAll, shareOf);
}

/** The earlier range, with what whole weeks have beyond it: a share is one of all that is compared with. */
function comparedRange({ range, buckets }: NonNullable<ResolvedQuery['comparison']>): TimeRange {
  const times = [range.from, range.to, ...(buckets?.bounds ?? [])].map((time) => time.getTime());
  return { from: new Date(Math.min(...times)), to: new Date(Math.max(...times)) };
}

/** Visitors of the earlier period without dimensions. */
async function earlierVisitors(client: PoolClient, query: ResolvedQuery, gate?: Gate): Promise<number> {
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
  return (await answerRange(client, whole, gate)).rows[0]!.metrics[0]!;
}
